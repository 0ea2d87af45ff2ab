package dev.trilobit.model.convert;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.trilobit.model.arch.DecoderModels;
import dev.trilobit.model.arch.ModelConfig;
import dev.trilobit.model.arch.Quantization;
import dev.trilobit.model.file.ModelFolder;
import dev.trilobit.model.file.ModelFolders;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SyntheticModelTest {
    @TempDir private Path folder;

    private Path write(SyntheticModel model, String name, ConversionOptions options)
            throws IOException {
        Path target = folder.resolve(name);
        model.write(target, options, ConversionListener.NONE);
        return target;
    }

    private static SyntheticModel small(ModelShape shape) {
        return SyntheticModel.of(shape).withLayers(1).withVocabulary(64);
    }

    /** Weights of the layers and of the tables, in millions, as the published models have them. */
    @ParameterizedTest
    @CsvSource({
        "bitnet-2b, 2084, 328", "bonsai-1.7b, 1409, 311", "bonsai-4b, 3633, 389",
        "bonsai-8b, 6946, 1245", "falcon-e-3b, 2919, 134", "bitnet-3b, 3222, 102",
        "llama3-8b-1.58, 6979, 1051"
    })
    void shapesHaveTheSizesOfTheirModels(String label, long layers, long tables) {
        ModelConfig c = ModelShape.of(label).config();
        long attention = 2L * c.hidden() * c.heads() * c.headDim();
        long keysAndValues = 2L * c.hidden() * c.kvHeads() * c.headDim();
        long gated = 3L * c.hidden() * c.intermediate();
        assertEquals(layers, Math.round(c.layers() * (attention + keysAndValues + gated) / 1e6));
        long table = (long) c.vocabulary() * c.hidden();
        assertEquals(tables, Math.round((c.tiedEmbeddings() ? 1 : 2) * table / 1e6));
    }

    @Test
    void labelsAreThoseOfTheCommandLine() {
        for (ModelShape shape : ModelShape.values()) {
            assertEquals(shape, ModelShape.of(shape.label()));
        }
        assertThrows(IllegalArgumentException.class, () -> ModelShape.of("gpt-2"));
    }

    @ParameterizedTest
    @CsvSource({
        "bitnet-large, gguf-i2_s, keep", "bitnet-large, gguf-q2_0, q8_0",
        "bitnet-large, hf-bitnet, keep", "falcon-e-1b, gguf-tq1_0, q6_k",
        "falcon-e-1b, mlx-2bit, 8bit", "bonsai-1.7b, gguf-q1_0, keep",
        "bonsai-1.7b, mlx-1bit, keep", "bonsai-1.7b, gguf-q4_k, f16"
    })
    void sameSeedGivesTheSameModelThatOpens(String shape, String format, String tables)
            throws IOException {
        SyntheticModel model = small(ModelShape.of(shape));
        ConversionOptions options =
                ConversionOptions.to(ModelFormat.of(format))
                        .withHead(TableFormat.of(tables))
                        .withEmbedding(TableFormat.of(tables));
        boolean file = format.startsWith("gguf");
        String ending = file ? ".gguf" : "";
        Path first = write(model, "first" + ending, options);
        Path second = write(model, "second" + ending, options);
        Path other = write(model.withSeed(1), "other" + ending, options);
        String weights = file ? "" : "model.safetensors";
        assertEquals(-1, Files.mismatch(first.resolve(weights), second.resolve(weights)));
        assertNotEquals(-1, Files.mismatch(first.resolve(weights), other.resolve(weights)));
        try (ModelFolder opened = ModelFolders.open(first)) {
            ModelConfig config = DecoderModels.open(opened).config();
            assertEquals(1, config.layers());
            assertEquals(64, config.vocabulary());
            assertEquals(ModelShape.of(shape).config().hidden(), config.hidden());
        }
    }

    /** Numbers next to zero are finer in bf16 than in f16. */
    @ParameterizedTest
    @ValueSource(strings = {"hf-f16", "hf-f32"})
    void foldersOfFloatsAreMastersOfBitNet(String format) throws IOException {
        Path masters =
                write(
                        small(ModelShape.BITNET_LARGE),
                        "masters",
                        ConversionOptions.to(ModelFormat.of(format)));
        try (ModelFolder opened = ModelFolders.open(masters)) {
            assertEquals(
                    new Quantization.BitNet(Quantization.BitNet.Storage.MASTERS, List.of()),
                    DecoderModels.open(opened).config().quantization());
        }
    }

    @Test
    void reportSaysWhereLayersDoNotRoundTheirInput() throws IOException {
        List<String> notes =
                small(ModelShape.LLAMA3_8B_1_58)
                        .write(
                                folder.resolve("m"),
                                ConversionOptions.to(ModelFormat.MLX_2BIT),
                                ConversionListener.NONE)
                        .notes();
        assertEquals(1, notes.size(), notes.toString());
        assertTrue(notes.getFirst().contains("take floats"), notes.getFirst());
    }

    @Test
    void widthOf3200FitsNoBlockOf256() {
        SyntheticModel model = small(ModelShape.BITNET_3B);
        var refused =
                assertThrows(
                        ConversionRefusedException.class,
                        () -> write(model, "a.gguf", ConversionOptions.to(ModelFormat.GGUF_TQ2_0)));
        String message = String.valueOf(refused.getMessage());
        assertTrue(message.contains("3200 columns"), message);
        assertTrue(message.contains("gguf-q2_0"), message);
        assertFalse(Files.exists(folder.resolve("a.gguf")));
    }

    /** Nobody is to take a speed measured with chosen widths for that of the real model. */
    @Test
    void reportSaysWhereSizesWereChosen() throws IOException {
        ConversionOptions options = ConversionOptions.to(ModelFormat.GGUF_I2_S);
        List<String> chosen =
                small(ModelShape.FALCON_E_1B)
                        .write(folder.resolve("f.gguf"), options, ConversionListener.NONE)
                        .notes();
        assertEquals(1, chosen.size(), chosen.toString());
        assertTrue(chosen.getFirst().contains("were chosen"), chosen.getFirst());
        assertEquals(
                List.of(),
                small(ModelShape.BITNET_LARGE)
                        .write(folder.resolve("b.gguf"), options, ConversionListener.NONE)
                        .notes());
    }

    @Test
    void sizesBelowOneAreRefused() {
        SyntheticModel model = SyntheticModel.of(ModelShape.BITNET_2B);
        assertThrows(IllegalArgumentException.class, () -> model.withLayers(0));
        assertThrows(IllegalArgumentException.class, () -> model.withVocabulary(-1));
    }
}
