package dev.trilobit.conformance.gguf;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.trilobit.api.backend.BackendRequest;
import dev.trilobit.api.backend.LogitRows;
import dev.trilobit.model.CompiledDecoder;
import dev.trilobit.model.ModelOptions;
import dev.trilobit.model.arch.DecoderModel;
import dev.trilobit.model.arch.DecoderModels;
import dev.trilobit.model.arch.ModuleNames;
import dev.trilobit.model.file.FourthCodeException;
import dev.trilobit.model.file.GgmlType;
import dev.trilobit.model.file.ModelFolder;
import dev.trilobit.model.file.ModelFolders;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.function.Consumer;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A whole model of every type gives logits, those of its numbers written as float32. */
class GgmlTypesTest {
    private static final int[] TOKENS = {0, 5, 17, 39, 2, 2, 30, 11};
    private static final String GATE = "model.layers.1.mlp.gate_proj";
    private static final int HIDDEN = 256;
    private static final int INTERMEDIATE = 512;
    private static final int VOCABULARY = 40;

    /**
     * Float32 sums of up to 512 products with rounding errors of 2^-24 each, through two layers:
     * errors relative to the largest logit stay far below this.
     */
    private static final double FLOAT32_SUMS = 1e-4;

    @TempDir private Path folder;

    @ParameterizedTest
    @EnumSource(GgmlType.class)
    void modelOfOneTypeHasTheLogitsOfItsNumbers(GgmlType type) {
        Path file = write(type);
        open(
                file,
                model -> {
                    double[] logits = ModelLogits.exact(model, TOKENS);
                    Path dense =
                            new GgufTwin(model, "qwen3")
                                    .write(folder.resolve("dense.gguf"), GgufTensor::float32);
                    open(dense, twin -> assertArrayEquals(ModelLogits.exact(twin, TOKENS), logits));
                    assertClose(logits, ModelLogits.onCpu(model, TOKENS));
                });
    }

    /** What opening looks at is ternary, and one code in the middle is not. */
    @ParameterizedTest
    @EnumSource(names = {"Q2_0", "Q2_0_G128", "PQ2_0"})
    void fourthCodeInTheMiddleOfATensorCounts(GgmlType type) {
        var tensors = new RandomTensors(7);
        Path file =
                write(
                        type,
                        (module, of, weights) ->
                                of == type && weights > HIDDEN
                                        ? tensors.nextTernary(of, weights, module.equals(GATE))
                                        : tensors.next(of, weights));
        open(
                file,
                sampled -> {
                    assertThrows(
                            FourthCodeException.class,
                            () -> sampled.weights().weight(GATE + ".weight"));
                    DecoderModel exact = DecoderModels.withAllCodesRead(sampled);
                    double[] logits = ModelLogits.exact(exact, TOKENS);
                    ModelOptions options =
                            ModelOptions.defaults().withBackend(BackendRequest.of("cpu-vector"));
                    try (var decoder = CompiledDecoder.open("t", sampled, options, TOKENS.length);
                            var session = decoder.program().newSession()) {
                        assertClose(
                                logits,
                                session.forward(TOKENS, LogitRows.ALL)
                                        .toArray(ValueLayout.JAVA_FLOAT));
                    }
                });
    }

    private Path write(GgmlType type) {
        var tensors = new RandomTensors(31L * type.blockBytes() + type.id());
        return write(type, (_, of, weights) -> tensors.next(of, weights));
    }

    /** Makes a tensor. */
    private interface TensorMaker {
        GgufTensor next(String module, GgmlType type, long weights);
    }

    private Path write(GgmlType type, TensorMaker tensors) {
        var image =
                new GgufImage()
                        .string("general.architecture", "qwen3")
                        .uint32("qwen3.block_count", 2)
                        .uint32("qwen3.context_length", 64)
                        .uint32("qwen3.embedding_length", HIDDEN)
                        .uint32("qwen3.feed_forward_length", INTERMEDIATE)
                        .uint32("qwen3.attention.head_count", 4)
                        .uint32("qwen3.attention.head_count_kv", 2)
                        .float32("qwen3.attention.layer_norm_rms_epsilon", 1e-6f)
                        .float32("qwen3.rope.freq_base", 1e6f);
        matrix(image, tensors, type, "model.embed_tokens", VOCABULARY, HIDDEN);
        matrix(image, tensors, type, "lm_head", VOCABULARY, HIDDEN);
        norm(image, tensors, "model.norm", HIDDEN);
        for (int layer = 0; layer < 2; layer++) {
            String name = "model.layers.%d.".formatted(layer);
            norm(image, tensors, name + "input_layernorm", HIDDEN);
            norm(image, tensors, name + "post_attention_layernorm", HIDDEN);
            norm(image, tensors, name + "self_attn.q_norm", HIDDEN / 4);
            norm(image, tensors, name + "self_attn.k_norm", HIDDEN / 4);
            matrix(image, tensors, type, name + "self_attn.q_proj", HIDDEN, HIDDEN);
            matrix(image, tensors, type, name + "self_attn.k_proj", HIDDEN / 2, HIDDEN);
            matrix(image, tensors, type, name + "self_attn.v_proj", HIDDEN / 2, HIDDEN);
            matrix(image, tensors, type, name + "self_attn.o_proj", HIDDEN, HIDDEN);
            matrix(image, tensors, type, name + "mlp.gate_proj", INTERMEDIATE, HIDDEN);
            matrix(image, tensors, type, name + "mlp.up_proj", INTERMEDIATE, HIDDEN);
            matrix(image, tensors, type, name + "mlp.down_proj", HIDDEN, INTERMEDIATE);
        }
        return image.write(folder.resolve("model.gguf"));
    }

    private static void matrix(
            GgufImage image,
            TensorMaker tensors,
            GgmlType type,
            String module,
            int rows,
            int cols) {
        GgufTensor tensor = tensors.next(module, type, (long) rows * cols);
        image.tensor(name(module), tensor.type(), tensor.bytes(), cols, rows);
    }

    private static void norm(GgufImage image, TensorMaker tensors, String module, int length) {
        GgufTensor tensor = tensors.next(module, GgmlType.F32, length);
        image.tensor(name(module), tensor.type(), tensor.bytes(), length);
    }

    private static String name(String module) {
        return ModuleNames.GGUF.of(module) + ".weight";
    }

    private static void open(Path file, Consumer<DecoderModel> check) {
        try (ModelFolder opened = ModelFolders.open(file)) {
            check.accept(DecoderModels.open(opened));
        }
    }

    private static void assertClose(double[] exact, float[] computed) {
        assertEquals(exact.length, computed.length);
        double largest = Arrays.stream(exact).map(Math::abs).max().orElseThrow();
        assertTrue(largest > 0 && Double.isFinite(largest), "largest logit " + largest);
        for (int i = 0; i < exact.length; i++) {
            assertEquals(exact[i], computed[i], FLOAT32_SUMS * largest, "logit " + i);
        }
    }
}
