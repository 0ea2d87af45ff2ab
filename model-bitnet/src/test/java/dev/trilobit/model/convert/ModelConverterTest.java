package dev.trilobit.model.convert;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.trilobit.api.program.RopeScaling;
import dev.trilobit.api.quant.Affine;
import dev.trilobit.api.quant.BlockType;
import dev.trilobit.api.quant.Blocks;
import dev.trilobit.api.quant.FloatType;
import dev.trilobit.api.quant.WeightFormat;
import dev.trilobit.model.arch.DecoderModel;
import dev.trilobit.model.arch.DecoderModels;
import dev.trilobit.model.arch.ModelConfig;
import dev.trilobit.model.convert.ConversionOptions.Numbers;
import dev.trilobit.model.file.GgufFile;
import dev.trilobit.model.file.ModelFolder;
import dev.trilobit.model.file.ModelFolders;
import dev.trilobit.model.file.StoredTensor;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What is kept comes back. */
class ModelConverterTest extends ConversionCase {
    /** From a folder of packed BitNet to each format that holds it, and back. */
    @ParameterizedTest
    @CsvSource({
        "bitnet, gguf-q2_0", "bitnet, gguf-pq2_0", "bitnet, gguf-ptq1_0", "bitnet, gguf-tq1_0",
        "bitnet, gguf-tq2_0", "bitnet, gguf-i2_s", "bitnet, gguf-q8_0", "bitnet, gguf-f32",
        "llama, gguf-q2_0", "llama, gguf-tq1_0", "llama, gguf-tq2_0", "llama, gguf-i2_s",
        "llama, gguf-q4_0", "llama, gguf-q6_k", "llama, gguf-q4_k", "llama, gguf-bf16",
        "llama, mlx-2bit", "llama, mlx-4bit"
    })
    void packedBitNetComesBackByteForByte(String architecture, String format) throws IOException {
        String there = format.startsWith("gguf") ? "there.gguf" : "there";
        try (ModelFolder source = write(architecture, PACKED, ModelFormat.HF_BITNET, "source")) {
            ConversionReport first = convert(source, there, format);
            assertTrue(first.isExact());
            assertEquals(weights(source), first.exactWeights());
            try (ModelFolder written = ModelFolders.open(folder.resolve(there))) {
                ConversionReport second = convert(written, "back", "hf-bitnet");
                assertTrue(second.isExact());
            }
            try (ModelFolder back = ModelFolders.open(folder.resolve("back"))) {
                assertSameTensors(source, back);
                ModelConfig before = DecoderModels.open(source).config();
                assertEquals(before, DecoderModels.open(back).config());
            }
        }
    }

    @ParameterizedTest
    @CsvSource({"1, gguf-q1_0", "1, gguf-q2_0", "2, gguf-pq2_0", "2, gguf-q8_0"})
    void mlxFolderComesBackByteForByte(int bits, String format) throws IOException {
        WeightFormat linear =
                bits == 1 ? new Encoding.Mlx(1, 128, FloatType.F16).format() : ternary(128);
        ModelFormat mlx = bits == 1 ? ModelFormat.MLX_1BIT : ModelFormat.MLX_2BIT;
        DecoderModel model = TinyWeights.model(TinyWeights.config("qwen3", true), linear, linear);
        try (ModelFolder source =
                TinyWeights.write(model, folder.resolve("source"), mlx, TableFormat.KEEP)) {
            TableFormat tables = format.equals("gguf-q8_0") ? TableFormat.SAME : TableFormat.KEEP;
            convert(
                    source,
                    "there.gguf",
                    ConversionOptions.to(ModelFormat.of(format)).withEmbedding(tables));
            try (ModelFolder written = ModelFolders.open(folder.resolve("there.gguf"))) {
                convert(
                        written,
                        "back",
                        ConversionOptions.to(mlx)
                                .withGroupSize(128)
                                .withEmbedding(TableFormat.SAME));
            }
            try (ModelFolder back = ModelFolders.open(folder.resolve("back"))) {
                assertSameTensors(source, back);
            }
        }
    }

    /** A table in 8 bits need not go to the 4 bits of the layers: both kinds of file have 8. */
    @Test
    void tableInMoreBitsThanTheLayersComesBackByteForByte() throws IOException {
        DecoderModel model =
                TinyWeights.model(
                        TinyWeights.config("llama", true),
                        new Blocks(BlockType.Q4_1),
                        new Blocks(BlockType.Q8_0));
        ModelFormat gguf = ModelFormat.GGUF_Q4_1;
        try (ModelFolder source =
                TinyWeights.write(model, folder.resolve("a.gguf"), gguf, TableFormat.KEEP)) {
            convert(source, "mlx", "mlx-4bit");
            try (ModelFolder mlx = ModelFolders.open(folder.resolve("mlx"))) {
                assertTrue(convert(mlx, "b.gguf", "gguf-q4_1").isExact());
                ConversionOptions rounding =
                        ConversionOptions.to(gguf).withNumbers(Numbers.QUANTIZED);
                assertTrue(convert(mlx, "c.gguf", rounding).isExact());
            }
            var before = GgufFile.find(source).orElseThrow().tensors();
            for (String name : List.of("b.gguf", "c.gguf")) {
                try (ModelFolder back = ModelFolders.open(folder.resolve(name))) {
                    var after = GgufFile.find(back).orElseThrow().tensors();
                    assertEquals(before.keySet(), after.keySet());
                    before.forEach(
                            (tensor, left) -> {
                                StoredTensor right = Objects.requireNonNull(after.get(tensor));
                                assertEquals(left.type(), right.type(), tensor);
                                assertEquals(-1, left.bytes().mismatch(right.bytes()), tensor);
                            });
                }
            }
        }
    }

    /** Its groups are not centred on 128 as blocks of Q8_0 are. */
    @Test
    void tableThatNoBlockHoldsIsRefusedWithTheOptionThatRoundsIt() throws IOException {
        DecoderModel model =
                TinyWeights.model(
                        TinyWeights.config("llama", true),
                        new Affine(4, 32, FloatType.F16),
                        new Affine(8, 32, FloatType.F16));
        ConversionOptions options = ConversionOptions.to(ModelFormat.GGUF_Q4_1);
        try (ModelFolder source =
                TinyWeights.write(
                        model, folder.resolve("mlx"), ModelFormat.MLX_4BIT, TableFormat.BITS_8)) {
            String message =
                    String.valueOf(
                            assertThrows(
                                            ConversionRefusedException.class,
                                            () -> convert(source, "a.gguf", options))
                                    .getMessage());
            assertTrue(message.contains("--embedding q8_0"), message);
            ConversionReport rounded =
                    convert(source, "a.gguf", options.withEmbedding(TableFormat.Q8_0));
            assertEquals(1, rounded.changes().size());
            assertTrue(rounded.changes().getFirst().relativeError() < 0x1p-7);
        }
    }

    @Test
    void ggufCopyIsTheSameFile() throws IOException {
        try (ModelFolder source = write("llama", ternary(256), ModelFormat.GGUF_TQ2_0, "a.gguf")) {
            convert(source, "b.gguf", "gguf-tq2_0");
        }
        assertEquals(-1, Files.mismatch(folder.resolve("a.gguf"), folder.resolve("b.gguf")));
    }

    @ParameterizedTest
    @ValueSource(strings = {"gguf", "safetensors"})
    void shardsHoldTheSameModel(String kind) throws IOException {
        boolean gguf = kind.equals("gguf");
        ModelFormat format = gguf ? ModelFormat.GGUF_I2_S : ModelFormat.HF_BITNET;
        try (ModelFolder source = write("llama", PACKED, ModelFormat.HF_BITNET, "source")) {
            convert(source, "shards", ConversionOptions.to(format).withShardBytes(100_000));
            try (ModelFolder shards = ModelFolders.open(folder.resolve("shards"))) {
                assertTrue(shards.names().size() > 3, shards.names().toString());
                ConversionReport back = convert(shards, "back", "hf-bitnet");
                assertTrue(back.isExact());
            }
            try (ModelFolder back = ModelFolders.open(folder.resolve("back"))) {
                assertSameTensors(source, back);
            }
        }
    }

    @Test
    void splitGgufBecomesOneFileWithoutKeysOfTheSplit() throws IOException {
        try (ModelFolder source = write("llama", PACKED, ModelFormat.GGUF_I2_S, "a.gguf")) {
            convert(
                    source,
                    "parts",
                    ConversionOptions.to(ModelFormat.GGUF_I2_S).withShardBytes(100_000));
        }
        try (ModelFolder parts = ModelFolders.open(folder.resolve("parts"))) {
            convert(parts, "b.gguf", "gguf-i2_s");
        }
        assertEquals(-1, Files.mismatch(folder.resolve("a.gguf"), folder.resolve("b.gguf")));
    }

    @Test
    void namedTableMayBeRoundedAndLayersAreNot() throws IOException {
        try (ModelFolder source = write("bitnet", PACKED, ModelFormat.HF_BITNET, "source")) {
            ConversionReport report =
                    convert(
                            source,
                            "there.gguf",
                            ConversionOptions.to(ModelFormat.GGUF_I2_S).withHead(TableFormat.Q6_K));
            assertEquals(1, report.changes().size());
            assertEquals("Q6_K", report.changes().getFirst().to());
            assertTrue(report.changes().getFirst().relativeError() < 0.02);
        }
    }

    @Test
    void tiedTableBecomesTwoWhenTwoTypesAreAskedFor() throws IOException {
        try (ModelFolder source = write("llama", PACKED, ModelFormat.HF_BITNET, "source")) {
            convert(
                    source,
                    "there.gguf",
                    ConversionOptions.to(ModelFormat.GGUF_I2_S)
                            .withEmbedding(TableFormat.BF16)
                            .withHead(TableFormat.Q8_0));
            try (ModelFolder there = ModelFolders.open(folder.resolve("there.gguf"))) {
                assertFalse(DecoderModels.open(there).config().tiedEmbeddings());
                assertEquals("Q8_0 [96, 256]", tensor(there, "output.weight").layout());
                assertEquals("BF16 [96, 256]", tensor(there, "token_embd.weight").layout());
            }
        }
    }

    @Test
    void untiedHeadStaysItsOwn() throws IOException {
        DecoderModel model = TinyWeights.model(TinyWeights.config("llama", false), PACKED, DENSE);
        try (ModelFolder source =
                TinyWeights.write(
                        model, folder.resolve("s"), ModelFormat.HF_BITNET, TableFormat.KEEP)) {
            assertTrue(convert(source, "there.gguf", "gguf-tq2_0").isExact());
        }
        try (ModelFolder there = ModelFolders.open(folder.resolve("there.gguf"))) {
            assertFalse(DecoderModels.open(there).config().tiedEmbeddings());
        }
    }

    static List<RopeScaling> scalings() {
        return List.of(
                new RopeScaling.None(),
                new RopeScaling.Linear(4),
                new RopeScaling.Llama3(8, 1, 4, 8192),
                new RopeScaling.Yarn(4, 64, 32, 1, RopeScaling.Yarn.defaultAttentionFactor(4)));
    }

    @ParameterizedTest
    @MethodSource("scalings")
    void rotaryEmbeddingSurvivesBothWays(RopeScaling scaling) throws IOException {
        DecoderModel model =
                TinyWeights.model(TinyWeights.config("llama", true, scaling), PACKED, DENSE);
        try (ModelFolder source =
                TinyWeights.write(
                        model, folder.resolve("s"), ModelFormat.HF_BITNET, TableFormat.KEEP)) {
            assertEquals(scaling, DecoderModels.open(source).config().rope().scaling());
            convert(source, "there.gguf", "gguf-i2_s");
        }
        try (ModelFolder there = ModelFolders.open(folder.resolve("there.gguf"))) {
            assertEquals(scaling, DecoderModels.open(there).config().rope().scaling());
            convert(there, "back", "hf-bitnet");
        }
        try (ModelFolder back = ModelFolders.open(folder.resolve("back"))) {
            assertEquals(scaling, DecoderModels.open(back).config().rope().scaling());
        }
    }

    @Test
    void progressRisesToTheEnd() throws IOException {
        var last = new long[1];
        try (ModelFolder source = write("llama", PACKED, ModelFormat.HF_BITNET, "source")) {
            long weights = weights(source);
            ModelConverter.convert(
                    source,
                    folder.resolve("t.gguf"),
                    ConversionOptions.to(ModelFormat.GGUF_I2_S),
                    (_, done, total) -> {
                        assertTrue(done > last[0] && done <= total);
                        assertEquals(2 * weights, total);
                        last[0] = done;
                    });
            assertEquals(2 * weights, last[0]);
        }
    }

    @Test
    void licenceOfAModelGoesWithIt() throws IOException {
        try (ModelFolder _ = write("llama", PACKED, ModelFormat.HF_BITNET, "source")) {
            Files.writeString(folder.resolve("source/LICENSE"), "free");
        }
        try (ModelFolder source = ModelFolders.open(folder.resolve("source"))) {
            convert(source, "there", "mlx-2bit");
        }
        assertEquals("free", Files.readString(folder.resolve("there/LICENSE")));
    }

    @Test
    void ropeFactorsAreATensorOfTheirOwn() throws IOException {
        DecoderModel model =
                TinyWeights.model(
                        TinyWeights.config("llama", true, scalings().get(2)), PACKED, DENSE);
        try (ModelFolder gguf =
                TinyWeights.write(
                        model, folder.resolve("a.gguf"), ModelFormat.GGUF_I2_S, TableFormat.KEEP)) {
            MemorySegment factors = tensor(gguf, "rope_freqs.weight").bytes();
            assertEquals(1f, FloatType.F32.get(factors, 0));
            assertEquals(8f, FloatType.F32.get(factors, 31), 1e-5f);
        }
    }

    private static StoredTensor tensor(ModelFolder model, String name) {
        return Optional.ofNullable(GgufFile.find(model).orElseThrow().tensors().get(name))
                .orElseThrow();
    }
}
