package dev.trilobit.model.convert;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.trilobit.api.program.RopeScaling;
import dev.trilobit.api.quant.Dense;
import dev.trilobit.api.quant.FloatType;
import dev.trilobit.api.quant.ScaleGranularity;
import dev.trilobit.api.quant.Ternary;
import dev.trilobit.api.quant.TernaryPacking;
import dev.trilobit.api.quant.WeightFormat;
import dev.trilobit.model.arch.DecoderModel;
import dev.trilobit.model.arch.DecoderModels;
import dev.trilobit.model.arch.ModelConfig;
import dev.trilobit.model.convert.ConversionOptions.Existing;
import dev.trilobit.model.convert.ConversionOptions.Numbers;
import dev.trilobit.model.file.GgufFile;
import dev.trilobit.model.file.ModelFolder;
import dev.trilobit.model.file.ModelFolders;
import dev.trilobit.model.file.StoredTensor;
import dev.trilobit.model.file.TensorCatalog;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class ModelConverterTest {
    private static final WeightFormat DENSE = new Dense(FloatType.BF16);
    private static final WeightFormat MASTERS = new Dense(FloatType.F32);

    @TempDir private Path folder;

    private static WeightFormat ternary(int size) {
        return new Ternary(
                TernaryPacking.CONSECUTIVE, new ScaleGranularity.PerGroup(size, FloatType.F16));
    }

    private ModelFolder write(
            String architecture, WeightFormat linear, ModelFormat format, String name)
            throws IOException {
        DecoderModel model =
                TinyWeights.model(TinyWeights.config(architecture, true), linear, DENSE);
        return TinyWeights.write(model, folder.resolve(name), format, TableFormat.KEEP);
    }

    private ConversionReport convert(ModelFolder source, String name, ConversionOptions options)
            throws IOException {
        return ModelConverter.convert(
                source, folder.resolve(name), options, ConversionListener.NONE);
    }

    private ConversionReport convert(ModelFolder source, String name, String format)
            throws IOException {
        return convert(source, name, ConversionOptions.to(ModelFormat.of(format)));
    }

    private List<String> names() throws IOException {
        try (var files = Files.list(folder)) {
            return files.map(file -> file.getFileName().toString()).sorted().toList();
        }
    }

    private static long weights(ModelFolder model) {
        return DecoderModels.open(model).program().weights().values().stream()
                .mapToLong(ref -> ref.shape().elements())
                .sum();
    }

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

    private static final WeightFormat PACKED =
            new Ternary(TernaryPacking.ROW_QUARTERS, new ScaleGranularity.PerTensor());

    private static void assertSameTensors(ModelFolder expected, ModelFolder got) {
        TensorCatalog before = TensorCatalog.open(expected);
        TensorCatalog after = TensorCatalog.open(got);
        assertEquals(before.names(), after.names());
        for (String name : before.names()) {
            var left = before.find(name).orElseThrow();
            var right = after.find(name).orElseThrow();
            assertEquals(left.layout(), right.layout(), name);
            assertEquals(-1, left.bytes().mismatch(right.bytes()), name);
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

    @ParameterizedTest
    @ValueSource(
            strings = {
                "gguf-tq2_0",
                "gguf-q1_0",
                "gguf-q4_0",
                "gguf-q6_k",
                "mlx-4bit",
                "mlx-1bit",
                "hf-bitnet"
            })
    void mastersAreQuantizedOnlyWhenThatIsAskedFor(String format) throws IOException {
        String name = format.startsWith("gguf") ? "there.gguf" : "there";
        ConversionOptions exact = ConversionOptions.to(ModelFormat.of(format));
        try (ModelFolder source = write("llama", MASTERS, ModelFormat.HF_F32, "source")) {
            assertRefused(name, source, exact, "model.layers.0.self_attn.q_proj.weight");
            ConversionReport report = convert(source, name, exact.withNumbers(Numbers.QUANTIZED));
            assertEquals(14, report.changes().size());
            for (ConversionReport.Change change : report.changes()) {
                assertTrue(change.relativeError() > 0, change.toString());
                assertTrue(change.relativeError() < 1, change.toString());
            }
        }
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
    void roundingOfActivationsThatIsLostIsNoted() throws IOException {
        try (ModelFolder source = write("llama", PACKED, ModelFormat.HF_BITNET, "source")) {
            assertEquals(List.of(), convert(source, "same.gguf", "gguf-i2_s").notes());
            List<String> notes = convert(source, "other.gguf", "gguf-q2_0").notes();
            assertEquals(1, notes.size(), notes.toString());
            assertTrue(notes.getFirst().startsWith("14 layers round"), notes.getFirst());
        }
        try (ModelFolder floats = ModelFolders.open(folder.resolve("other.gguf"))) {
            List<String> notes = convert(floats, "back.gguf", "gguf-i2_s").notes();
            assertTrue(notes.getFirst().startsWith("14 layers take floats"), notes.getFirst());
        }
    }

    private void assertRefused(
            String name, ModelFolder source, ConversionOptions options, String... parts)
            throws IOException {
        List<String> before = names();
        var refused =
                assertThrows(
                        ConversionRefusedException.class, () -> convert(source, name, options));
        String message = String.valueOf(refused.getMessage());
        for (String part : parts) {
            assertTrue(message.contains(part), part + " in " + message);
        }
        assertEquals(before, names());
    }

    @Test
    void scaleThatTheFormatWouldRoundIsRefusedForAllTensorsAtOnce() throws IOException {
        try (ModelFolder source = write("llama", MASTERS, ModelFormat.HF_F32, "masters")) {
            convert(
                    source,
                    "ternary",
                    ConversionOptions.to(ModelFormat.HF_BITNET).withNumbers(Numbers.QUANTIZED));
        }
        try (ModelFolder ternary = ModelFolders.open(folder.resolve("ternary"))) {
            ConversionOptions options = ConversionOptions.to(ModelFormat.GGUF_TQ2_0);
            assertRefused("a.gguf", ternary, options, "its scale", "is no f16", "and 4 more");
            ConversionReport rounded =
                    convert(ternary, "a.gguf", options.withNumbers(Numbers.QUANTIZED));
            for (ConversionReport.Change change : rounded.changes()) {
                // Only the scale is rounded, to 11 bits.
                assertTrue(change.relativeError() < 0x1p-11, change.toString());
            }
            assertTrue(convert(ternary, "b.gguf", "gguf-i2_s").isExact());
        }
    }

    @Test
    void widthThatNoBlockFitsIsRefusedWithWhatFits() throws IOException {
        DecoderModel model = new SyntheticShape().model();
        var files = new SyntheticFiles("narrow", Optional.empty());
        Path target = folder.resolve("a.gguf");
        var refused =
                assertThrows(
                        ConversionRefusedException.class,
                        () ->
                                new Conversion(
                                                "narrow",
                                                model,
                                                files,
                                                ConversionOptions.to(ModelFormat.GGUF_TQ2_0),
                                                ConversionListener.NONE)
                                        .run(target));
        String message = String.valueOf(refused.getMessage());
        assertTrue(message.contains("192 columns are no multiple of the 256"), message);
        assertTrue(message.contains("all layers fit gguf-q2_0, gguf-i2_s"), message);
        assertEquals(List.of(), names());
    }

    /** A model 192 wide. */
    private static final class SyntheticShape {
        DecoderModel model() {
            ModelConfig wide = TinyWeights.config("llama", true);
            var config =
                    new ModelConfig(
                            "llama",
                            wide.vocabulary(),
                            192,
                            192,
                            1,
                            3,
                            3,
                            64,
                            64,
                            wide.activation(),
                            wide.normEpsilon(),
                            wide.rope(),
                            true,
                            wide.quantization());
            return TinyWeights.model(config, PACKED, DENSE);
        }
    }

    @Test
    void mlxRefusesAnArchitectureThatMlxLmRunsPackedOnly() throws IOException {
        try (ModelFolder source = write("bitnet", PACKED, ModelFormat.HF_BITNET, "source")) {
            assertRefused("there", source, ConversionOptions.to(ModelFormat.MLX_2BIT), "hf-bitnet");
        }
    }

    @Test
    void placesThatDoNotFitAreRefused() throws IOException {
        try (ModelFolder source = write("llama", PACKED, ModelFormat.HF_BITNET, "source")) {
            ConversionOptions gguf = ConversionOptions.to(ModelFormat.GGUF_I2_S);
            ConversionOptions hf = ConversionOptions.to(ModelFormat.HF_BITNET);
            assertRefused("there", source, gguf, "ends in .gguf");
            assertRefused("there.gguf", source, hf, "expected the name of a folder");
            assertRefused("there.gguf", source, gguf.withShardBytes(1000), "several files");
            assertRefused("no/such.gguf", source, gguf, "there is no folder");
            assertRefused(
                    "source",
                    source,
                    hf.withExisting(Existing.REPLACED),
                    "is the model that is converted");
            Files.createDirectory(folder.resolve("d.gguf"));
            assertRefused("d.gguf", source, gguf, "expected a file, and a folder");
            convert(source, "there.gguf", gguf);
            assertRefused("there.gguf", source, gguf, "is there already");
            convert(source, "there.gguf", gguf.withExisting(Existing.REPLACED));
        }
    }

    @Test
    void failureWhileWritingLeavesNothing() throws IOException {
        try (ModelFolder source = write("llama", PACKED, ModelFormat.HF_BITNET, "source")) {
            List<String> before = names();
            for (String step : List.of("writing", "verifying")) {
                ConversionListener failing =
                        (name, _, _) -> {
                            if (name.equals(step)) {
                                throw new IllegalStateException(step);
                            }
                        };
                for (ModelFormat format : List.of(ModelFormat.GGUF_TQ2_0, ModelFormat.MLX_2BIT)) {
                    Path target =
                            folder.resolve(format.container() == Container.GGUF ? "t.gguf" : "t");
                    var failed =
                            assertThrows(
                                    IllegalStateException.class,
                                    () ->
                                            ModelConverter.convert(
                                                    source,
                                                    target,
                                                    ConversionOptions.to(format),
                                                    failing));
                    assertEquals(step, failed.getMessage());
                    assertEquals(before, names());
                }
            }
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
    void optionsThatNoFileHasAreRefused() {
        ConversionOptions gguf = ConversionOptions.to(ModelFormat.GGUF_Q2_0);
        assertThrows(IllegalArgumentException.class, () -> gguf.withHead(TableFormat.BITS_8));
        assertThrows(IllegalArgumentException.class, () -> gguf.withGroupSize(48));
        assertThrows(IllegalArgumentException.class, () -> gguf.withShardBytes(0));
        ConversionOptions mlx = ConversionOptions.to(ModelFormat.MLX_4BIT);
        assertThrows(IllegalArgumentException.class, () -> mlx.withEmbedding(TableFormat.Q6_K));
        assertThrows(IllegalArgumentException.class, () -> ModelFormat.of("gguf-q9"));
        assertThrows(IllegalArgumentException.class, () -> TableFormat.of("9bit"));
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
