package dev.trilobit.conformance.gguf;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.trilobit.api.quant.FloatType;
import dev.trilobit.model.arch.DecoderModel;
import dev.trilobit.model.arch.DecoderModels;
import dev.trilobit.model.file.ModelFolder;
import dev.trilobit.model.file.ModelFolders;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * A whole MLX model of every width and group size gives logits, those of its numbers in float32.
 * Codes are packed here as MLX's documentation has it, a stream of bits in words of 32, and the
 * numbers are {@code scale * code + bias}: nothing of the reader is used.
 */
class MlxWidthsTest {
    private static final int[] TOKENS = {0, 5, 17, 39, 2, 2, 30, 11};
    private static final int HIDDEN = 256;
    private static final int VOCABULARY = 40;

    /** Float32 sums of 256 products with errors of 2^-24 each, relative to the largest logit. */
    private static final double FLOAT32_SUMS = 1e-4;

    private static final List<String> SQUARES =
            List.of(
                    "model.layers.0.self_attn.q_proj",
                    "model.layers.0.self_attn.o_proj",
                    "model.layers.0.mlp.gate_proj",
                    "model.layers.0.mlp.up_proj",
                    "model.layers.0.mlp.down_proj");

    @TempDir private Path folder;

    private final SafetensorsImage packed = new SafetensorsImage();
    private final SafetensorsImage plain = new SafetensorsImage();
    private final Random random = new Random(5);

    static Stream<Arguments> widthsAndGroups() {
        return Stream.of(1, 2, 3, 4, 5, 6, 8)
                .flatMap(bits -> Stream.of(32, 64, 128).map(group -> Arguments.of(bits, group)));
    }

    @ParameterizedTest
    @MethodSource("widthsAndGroups")
    void modelHasTheLogitsOfItsNumbers(int bits, int group) throws IOException {
        matrix("model.embed_tokens", VOCABULARY, bits, group);
        matrix("lm_head", VOCABULARY, bits, group);
        matrix("model.layers.0.self_attn.k_proj", HIDDEN / 2, bits, group);
        matrix("model.layers.0.self_attn.v_proj", HIDDEN / 2, bits, group);
        SQUARES.forEach(module -> matrix(module, HIDDEN, bits, group));
        norm("model.norm", HIDDEN);
        norm("model.layers.0.input_layernorm", HIDDEN);
        norm("model.layers.0.post_attention_layernorm", HIDDEN);
        norm("model.layers.0.self_attn.q_norm", HIDDEN / 4);
        norm("model.layers.0.self_attn.k_norm", HIDDEN / 4);
        String groups = ",\"quantization\":{\"bits\":%d,\"group_size\":%d}".formatted(bits, group);
        Path mlx = packed.write(Files.createDirectory(folder.resolve("mlx")), config(groups));
        Path dense = plain.write(Files.createDirectory(folder.resolve("dense")), config(""));
        try (ModelFolder left = ModelFolders.open(mlx);
                ModelFolder right = ModelFolders.open(dense)) {
            DecoderModel model = DecoderModels.open(left);
            double[] logits = ModelLogits.exact(model, TOKENS);
            // The largest sums of a product and a bias are exact in float64, and here in float32.
            assertArrayEquals(ModelLogits.exact(DecoderModels.open(right), TOKENS), logits);
            assertClose(logits, ModelLogits.onCpu(model, TOKENS));
        }
    }

    private static String config(String more) {
        return """
        {"model_type": "qwen3", "hidden_size": 256, "intermediate_size": 256,
         "num_hidden_layers": 1, "num_attention_heads": 4, "num_key_value_heads": 2,
         "head_dim": 64, "vocab_size": 40, "max_position_embeddings": 64, "hidden_act": "silu",
         "rms_norm_eps": 1e-6, "rope_theta": 1e6, "tie_word_embeddings": false%s}
        """
                .formatted(more);
    }

    private void matrix(String module, int rows, int bits, int group) {
        int weights = rows * HIDDEN;
        byte[] stream = new byte[weights * bits / Byte.SIZE];
        byte[] numbers = new byte[weights * Float.BYTES];
        byte[] scales = new byte[weights / group * Short.BYTES];
        byte[] biases = new byte[scales.length];
        for (int i = 0; i < weights; i++) {
            int at = i / group;
            if (i % group == 0) {
                float sign = random.nextBoolean() ? 1 : -1;
                set(FloatType.F16, scales, at, sign * Math.scalb(1f, -4 - bits));
                set(FloatType.F16, biases, at, random.nextInt(-8, 9) * 0x1p-8f);
            }
            int code = random.nextInt(1 << bits);
            for (int bit = 0; bit < bits; bit++) {
                int place = i * bits + bit;
                stream[place / Byte.SIZE] |= (byte) ((code >> bit & 1) << place % Byte.SIZE);
            }
            float number = get(scales, at) * code + get(biases, at);
            set(FloatType.F32, numbers, i, number);
        }
        packed.matrix(module + ".weight", "U32", stream, rows, HIDDEN * bits / Integer.SIZE)
                .matrix(module + ".scales", "F16", scales, rows, HIDDEN / group)
                .matrix(module + ".biases", "F16", biases, rows, HIDDEN / group);
        plain.matrix(module + ".weight", "F32", numbers, rows, HIDDEN);
    }

    private void norm(String module, int length) {
        byte[] gains = new byte[length * Float.BYTES];
        for (int i = 0; i < length; i++) {
            set(FloatType.F32, gains, i, 0.5f + random.nextFloat());
        }
        packed.vector(module + ".weight", "F32", gains, length);
        plain.vector(module + ".weight", "F32", gains, length);
    }

    private static void set(FloatType type, byte[] bytes, int index, float number) {
        type.set(MemorySegment.ofArray(bytes), index, number);
    }

    private static float get(byte[] halves, int index) {
        return FloatType.F16.get(MemorySegment.ofArray(halves), index);
    }

    private static void assertClose(double[] exact, float[] computed) {
        double largest = Arrays.stream(exact).map(Math::abs).max().orElseThrow();
        assertTrue(largest > 0 && Double.isFinite(largest), "largest logit " + largest);
        for (int i = 0; i < exact.length; i++) {
            assertEquals(exact[i], computed[i], FLOAT32_SUMS * largest, "logit " + i);
        }
    }
}
