package dev.trilobit.conformance.gguf;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.trilobit.api.program.GateActivation;
import dev.trilobit.conformance.transformers.RecordedModel;
import dev.trilobit.model.arch.DecoderModel;
import dev.trilobit.model.arch.DecoderModels;
import dev.trilobit.model.arch.ReadOptions;
import dev.trilobit.model.file.ModelFolder;
import dev.trilobit.model.file.ModelFolders;
import dev.trilobit.model.layout.I2sLayout;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The architecture {@code bitnet} of GGUF files, that of the 1bitLLM models: BitNet with SiLU. The
 * logits of the folder that the file is made of are held against NumPy elsewhere.
 */
class OneBitGgufTest {
    private static final int[] TOKENS = {1, 17, 30, 5, 5, 20, 42, 0, 31, 7, 8, 15};

    /** The table is float32 here and float16 there: an activation may round to its neighbour. */
    private static final float INT8_ACTIVATIONS = 1e-3f;

    @TempDir private Path folder;

    @Test
    void ggufOfFloatsRoundsItsActivationsToo() {
        try (RecordedModel recorded = RecordedModel.open("one-bit-llm")) {
            DecoderModel source = DecoderModels.open(recorded.folder());
            Path file =
                    new GgufTwin(source, "bitnet")
                            .write(folder.resolve("t.gguf"), GgufTensor::float32);
            try (ModelFolder written = ModelFolders.open(file)) {
                // Sums of products with a scale in each, not behind the sum: 53 bits.
                assertArrayEquals(
                        ModelLogits.exact(source, TOKENS),
                        ModelLogits.exact(DecoderModels.open(written), TOKENS),
                        1e-10);
            }
        }
    }

    @Test
    void ggufOfAOneBitLlmHasTheLogitsOfItsFolder() {
        try (RecordedModel recorded = RecordedModel.open("one-bit-llm")) {
            DecoderModel source = DecoderModels.open(recorded.folder());
            Path file =
                    new GgufTwin(source, "bitnet")
                            // Its matrices divide into the blocks of this layout alone.
                            .write(folder.resolve("t.gguf"), GgufTwin.i2sWithFloat32('c'));
            try (ModelFolder written = ModelFolders.open(file)) {
                DecoderModel twin = DecoderModels.open(written, ReadOptions.of(I2sLayout.C));
                assertEquals(GateActivation.SILU, twin.config().activation());
                assertEquals("bitnet", twin.config().architecture());
                assertArrayEquals(
                        ModelLogits.exact(source, TOKENS), ModelLogits.exact(twin, TOKENS));
                assertArrayEquals(
                        ModelLogits.onCpu(source, TOKENS),
                        ModelLogits.onCpu(twin, TOKENS),
                        INT8_ACTIVATIONS);
            }
        }
    }
}
