package dev.trilobit.model.arch;

import static org.junit.jupiter.api.Assertions.assertAll;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.trilobit.model.arch.ModelSummary.FormatShare;
import java.util.List;
import org.junit.jupiter.api.Test;

class ModelSummaryTest {
    /** Of {@link TinyModel}: q, k, v, o, gate, up, down. */
    private static final long LINEAR = 64 + 32 + 32 + 64 + 96 + 96 + 96;

    @Test
    void tiedTableCountsOnceAndIsReadAsTheHead() {
        ModelSummary summary = summary(TinyModel.bitNet());
        long norms = 8 + 8 + 8 + 8 + 12;
        long packed = LINEAR / 4 + 7 * 4;
        assertAll(
                () -> assertEquals("bitnet", summary.architecture()),
                () -> assertEquals(128 + norms + LINEAR, summary.parameters()),
                () -> assertEquals((128 + norms) * 4 + packed, summary.weightBytes()),
                () -> assertEquals((8 + 128 + norms) * 4 + packed, summary.bytesPerToken()),
                () ->
                        assertEquals(
                                List.of(
                                        new FormatShare("f32", 6, 128 + norms, (128 + norms) * 4),
                                        new FormatShare("ternary", 7, LINEAR, packed)),
                                summary.formats()));
    }

    @Test
    void oneRowOfAnUntiedTableIsRead() {
        ModelSummary summary = summary(TinyModel.llama());
        long norms = 3 * 8;
        assertAll(
                () -> assertEquals(256 + norms + LINEAR, summary.parameters()),
                () -> assertEquals((8 + 128 + norms + LINEAR) * 4, summary.bytesPerToken()),
                () -> assertEquals(32, summary.bitsPerWeight()),
                () -> assertEquals(32, summary.formats().getFirst().bitsPerWeight()));
    }

    private static ModelSummary summary(TinyModel tiny) {
        try (var folder = tiny.folder()) {
            return ModelSummary.of(DecoderModels.open(folder));
        }
    }
}
