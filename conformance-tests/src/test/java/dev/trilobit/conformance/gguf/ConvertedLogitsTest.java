package dev.trilobit.conformance.gguf;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.trilobit.conformance.transformers.RecordedModel;
import dev.trilobit.model.arch.DecoderModel;
import dev.trilobit.model.arch.DecoderModels;
import dev.trilobit.model.convert.ConversionListener;
import dev.trilobit.model.convert.ConversionOptions;
import dev.trilobit.model.convert.ConversionReport;
import dev.trilobit.model.convert.ModelConverter;
import dev.trilobit.model.convert.ModelFormat;
import dev.trilobit.model.convert.TableFormat;
import dev.trilobit.model.file.ModelFolder;
import dev.trilobit.model.file.ModelFolders;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Exact conversions keep the logits. */
class ConvertedLogitsTest {
    private static final int[] TOKENS = {1, 17, 300, 5, 5, 200, 42, 0, 319, 77, 8, 150};

    /** Twelve float32 ops of 640 terms a layer; formats add the same products in other orders. */
    private static final double OTHER_ORDER_OF_SUMS = 2e-5;

    @TempDir private Path folder;

    private Path convert(RecordedModel source, String format) {
        Path target = folder.resolve(format.startsWith("gguf") ? "t.gguf" : "t");
        try {
            ConversionReport report =
                    ModelConverter.convert(
                            source.folder(),
                            target,
                            ConversionOptions.to(ModelFormat.of(format)),
                            ConversionListener.NONE);
            assertTrue(report.isExact());
            assertEquals(List.of(), report.notes());
            return target;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The oracle computes in float64 from decoded numbers, so that only these count. */
    @ParameterizedTest
    @CsvSource({
        "bitnet-offline, gguf-i2_s",
        "bitnet-offline, gguf-q2_0",
        "bitnet-offline, gguf-q8_0",
        "bitnet-offline, hf-bitnet",
        "llama-bitlinear, gguf-i2_s",
        "llama-bitlinear, hf-bitnet",
        "qwen3-binary, gguf-q1_0",
        "qwen3-binary, mlx-1bit",
        "qwen3-binary-mlx, gguf-q1_0",
        "qwen3-binary-mlx, gguf-q2_0",
        "qwen3-ternary, gguf-q2_0",
        "qwen3-ternary, mlx-2bit",
        "qwen3-ternary-mlx, gguf-q2_0",
        "qwen3-ternary-mlx, gguf-pq2_0",
        "qwen3-ternary-mlx, gguf-ptq1_0",
        "qwen3-ternary-mlx, hf-f16"
    })
    void logitsInFloat64AreTheSame(String kind, String format) {
        try (RecordedModel source = RecordedModel.open(kind);
                ModelFolder written = ModelFolders.open(convert(source, format))) {
            double[] expected = ModelLogits.exact(DecoderModels.open(source.folder()), TOKENS);
            double[] got = ModelLogits.exact(DecoderModels.open(written), TOKENS);
            // A scale for many sums is multiplied once, or each product has its own: 53 bits.
            assertArrayEquals(expected, got, 1e-10);
        }
    }

    /** The format in memory is the same, so the backend does the same. */
    @ParameterizedTest
    @CsvSource({
        "bitnet-offline, gguf-i2_s",
        "bitnet-offline, hf-bitnet",
        "llama-bitlinear, gguf-i2_s",
        "qwen3-binary-mlx, mlx-1bit",
        "qwen3-ternary-mlx, mlx-2bit"
    })
    void logitsOfTheSameFormatHaveTheSameBitsOnTheCpu(String kind, String format) {
        try (RecordedModel source = RecordedModel.open(kind);
                ModelFolder written = ModelFolders.open(convert(source, format))) {
            assertTrue(
                    Arrays.equals(
                            ModelLogits.onCpu(DecoderModels.open(source.folder()), TOKENS),
                            ModelLogits.onCpu(DecoderModels.open(written), TOKENS)));
        }
    }

    @ParameterizedTest
    @CsvSource({
        "qwen3-binary-mlx, gguf-q1_0", "qwen3-ternary-mlx, gguf-q2_0",
        "qwen3-ternary-mlx, gguf-pq2_0", "qwen3-binary-mlx, hf-f16"
    })
    void logitsOfAnotherFormatDifferByTheOrderOfSums(String kind, String format) {
        try (RecordedModel source = RecordedModel.open(kind);
                ModelFolder written = ModelFolders.open(convert(source, format))) {
            float[] expected = ModelLogits.onCpu(DecoderModels.open(source.folder()), TOKENS);
            float[] got = ModelLogits.onCpu(DecoderModels.open(written), TOKENS);
            for (int i = 0; i < expected.length; i++) {
                double most = OTHER_ORDER_OF_SUMS * Math.max(1, Math.abs(expected[i]));
                assertEquals(expected[i], got[i], most, "logit " + i);
            }
        }
    }

    /** What another program wrote becomes the folder it was made from. */
    @ParameterizedTest
    @CsvSource({
        "bitnet-offline, hf-bitnet",
        "llama-bitlinear, hf-bitnet",
        "qwen3-binary, mlx-1bit",
        "qwen3-ternary, mlx-2bit"
    })
    void twinOfAnotherWriterConvertsToTheSameLogits(String kind, String format) {
        try (RecordedModel source = RecordedModel.open(kind);
                RecordedModel twin = RecordedModel.openTwin(kind);
                ModelFolder written = ModelFolders.open(convert(twin, format))) {
            DecoderModel model = DecoderModels.open(source.folder());
            assertArrayEquals(
                    ModelLogits.exact(model, TOKENS),
                    ModelLogits.exact(DecoderModels.open(written), TOKENS),
                    1e-10);
        }
    }

    @Test
    void headOfSixBitsChangesLogitsALittle() throws IOException {
        try (RecordedModel source = RecordedModel.open("bitnet-offline")) {
            ConversionReport report =
                    ModelConverter.convert(
                            source.folder(),
                            folder.resolve("t.gguf"),
                            ConversionOptions.to(ModelFormat.GGUF_I2_S).withHead(TableFormat.Q6_K),
                            ConversionListener.NONE);
            assertEquals(1, report.changes().size());
            assertTrue(report.changes().getFirst().relativeError() < 0.02);
        }
    }
}
