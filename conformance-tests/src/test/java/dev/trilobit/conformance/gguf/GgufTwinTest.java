package dev.trilobit.conformance.gguf;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import dev.trilobit.conformance.transformers.RecordedModel;
import dev.trilobit.model.arch.DecoderModel;
import dev.trilobit.model.arch.DecoderModels;
import dev.trilobit.model.arch.ReadOptions;
import dev.trilobit.model.file.ModelFolder;
import dev.trilobit.model.file.ModelFolders;
import dev.trilobit.model.layout.I2sLayout;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** GGUF files give the logits of the safetensors with the same numbers. */
class GgufTwinTest {
    @TempDir private Path folder;

    /** The twins were written in Python, without any code of this project. */
    @ParameterizedTest
    @ValueSource(strings = {"bitnet-offline", "llama-bitlinear", "qwen3-binary", "qwen3-ternary"})
    void twinOfAnotherWriterHasTheSameLogitsInFloat64(String kind) {
        withTwin(
                kind,
                (safetensors, gguf) -> {
                    int[] tokens = Arrays.copyOf(tokens(safetensors), 16);
                    assertArrayEquals(
                            ModelLogits.exact(safetensors, tokens),
                            ModelLogits.exact(gguf, tokens));
                });
    }

    /** The twins have float32 embeddings; with those the arithmetic is the same. */
    @ParameterizedTest
    @CsvSource({"bitnet-offline, bitnet-b1.58", "llama-bitlinear, llama"})
    void twinOfAnotherWriterHasTheSameBitsOnTheCpu(String kind, String architecture) {
        withTwin(
                kind,
                (safetensors, gguf) -> {
                    Path widened =
                            new GgufTwin(safetensors, architecture)
                                    .write(
                                            folder.resolve("f32.gguf"),
                                            GgufTwin.i2sWithFloat32('a'));
                    float[] expected = ModelLogits.onCpu(gguf, tokens(safetensors));
                    open(
                            widened,
                            I2sLayout.A,
                            model ->
                                    assertSameBits(
                                            expected,
                                            ModelLogits.onCpu(model, tokens(safetensors))));
                });
    }

    @ParameterizedTest
    @CsvSource({
        "bitnet-offline, bitnet-b1.58, A",
        "bitnet-offline, bitnet-25, B",
        "bitnet-offline, bitnet-b1.58, C",
        "llama-bitlinear, llama, A",
        "llama-bitlinear, llama, B",
        "llama-bitlinear, llama, C"
    })
    void everyLayoutOfI2sHasTheBitsOfSafetensors(
            String kind, String architecture, I2sLayout layout) {
        withSafetensors(
                kind,
                safetensors -> {
                    float[] expected = ModelLogits.onCpu(safetensors, tokens(safetensors));
                    open(
                            i2s(safetensors, architecture, layout),
                            layout,
                            model ->
                                    assertSameBits(
                                            expected,
                                            ModelLogits.onCpu(model, tokens(safetensors))));
                });
    }

    @ParameterizedTest
    @CsvSource({"A, B", "A, C", "B, A", "B, C", "C, A", "C, B"})
    void wrongLayoutOfI2sHasOtherLogits(I2sLayout written, I2sLayout read) {
        withSafetensors(
                "bitnet-offline",
                safetensors -> {
                    int[] tokens = tokens(safetensors);
                    float[] right = ModelLogits.onCpu(safetensors, tokens);
                    open(
                            i2s(safetensors, "bitnet-b1.58", written),
                            read,
                            model -> {
                                float[] wrong = ModelLogits.onCpu(model, tokens);
                                int vocabulary = model.config().vocabulary();
                                assertEquals(right.length, wrong.length);
                                // Chance leaves one choice of 320 alike.
                                assertFalse(
                                        sameChoices(right, wrong, vocabulary) > tokens.length / 4,
                                        "the layout makes no difference");
                            });
                });
    }

    /** The negative of the permutation: rows as they lie are another model. */
    @Test
    void llamaWithRowsThatWereNotMovedHasOtherLogits() {
        withSafetensors(
                "llama-bitlinear",
                safetensors -> {
                    int[] tokens = tokens(safetensors);
                    var unmoved =
                            (GgufTwin.Storage)
                                    (weight, _) ->
                                            GgufTwin.i2s('a').store(weight, GgufRows.AS_THEY_ARE);
                    Path file =
                            new GgufTwin(safetensors, "llama")
                                    .write(folder.resolve("unmoved.gguf"), unmoved);
                    float[] right = ModelLogits.onCpu(safetensors, tokens);
                    open(
                            file,
                            I2sLayout.A,
                            model ->
                                    assertFalse(
                                            Arrays.equals(
                                                    right, ModelLogits.onCpu(model, tokens))));
                });
    }

    private interface Twins {
        void check(DecoderModel safetensors, DecoderModel gguf);
    }

    private static void withTwin(String kind, Twins twins) {
        withSafetensors(
                kind,
                safetensors -> {
                    try (RecordedModel other = RecordedModel.openTwin(kind)) {
                        twins.check(safetensors, DecoderModels.open(other.folder()));
                    }
                });
    }

    private static void withSafetensors(String kind, Consumer<DecoderModel> check) {
        try (RecordedModel recorded = RecordedModel.open(kind)) {
            check.accept(DecoderModels.open(recorded.folder()));
        }
    }

    private Path i2s(DecoderModel model, String architecture, I2sLayout layout) {
        return new GgufTwin(model, architecture)
                .write(folder.resolve("twin.gguf"), GgufTwin.i2s(layout.label().charAt(0)));
    }

    private static void open(Path file, I2sLayout layout, Consumer<DecoderModel> check) {
        try (ModelFolder opened = ModelFolders.open(file)) {
            check.accept(DecoderModels.open(opened, ReadOptions.of(layout)));
        }
    }

    private static int[] tokens(DecoderModel model) {
        int vocabulary = model.config().vocabulary();
        var tokens = new int[48];
        for (int t = 0; t < tokens.length; t++) {
            tokens[t] = (t * 37 + 11) % vocabulary;
        }
        return tokens;
    }

    private static void assertSameBits(float[] expected, float[] actual) {
        assertArrayEquals(bits(expected), bits(actual));
    }

    private static int[] bits(float[] numbers) {
        var bits = new int[numbers.length];
        for (int i = 0; i < bits.length; i++) {
            bits[i] = Float.floatToRawIntBits(numbers[i]);
        }
        return bits;
    }

    private static int sameChoices(float[] right, float[] wrong, int vocabulary) {
        int same = 0;
        for (int first = 0; first < right.length; first += vocabulary) {
            same += largest(right, first, vocabulary) == largest(wrong, first, vocabulary) ? 1 : 0;
        }
        return same;
    }

    private static int largest(float[] logits, int first, int count) {
        int best = first;
        for (int i = first; i < first + count; i++) {
            best = logits[i] > logits[best] ? i : best;
        }
        return best - first;
    }
}
