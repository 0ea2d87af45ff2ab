package dev.trilobit.model.convert;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.trilobit.model.arch.DecoderModel;
import dev.trilobit.model.arch.DecoderModels;
import dev.trilobit.model.arch.ModelConfig;
import dev.trilobit.model.convert.ConversionOptions.Activations;
import dev.trilobit.model.convert.ConversionOptions.Existing;
import dev.trilobit.model.convert.ConversionOptions.Numbers;
import dev.trilobit.model.file.ModelFolder;
import dev.trilobit.model.file.ModelFolders;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What cannot be kept is refused, with the reason, and nothing is left. */
class ConversionRefusalTest extends ConversionCase {
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
        ConversionOptions exact =
                ConversionOptions.to(ModelFormat.of(format)).withActivations(Activations.ANY);
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

    /** Nothing in a file says that layers round their input: its kind does. */
    @Test
    void otherActivationsAreRefusedUnlessTheyAreAskedForAndThenNoted() throws IOException {
        ConversionOptions floats = ConversionOptions.to(ModelFormat.GGUF_Q2_0);
        ConversionOptions rounded = ConversionOptions.to(ModelFormat.GGUF_I2_S);
        try (ModelFolder source = write("llama", PACKED, ModelFormat.HF_BITNET, "source")) {
            assertEquals(List.of(), convert(source, "same.gguf", rounded).notes());
            assertRefused("other.gguf", source, floats, "14 layers round", "--allow-other");
            for (String format : List.of("mlx-2bit", "hf-f32")) {
                assertRefused("other", source, ConversionOptions.to(ModelFormat.of(format)), "14");
            }
            List<String> notes =
                    convert(source, "other.gguf", floats.withActivations(Activations.ANY)).notes();
            assertEquals(1, notes.size(), notes.toString());
            assertTrue(notes.getFirst().startsWith("14 layers round"), notes.getFirst());
        }
        try (ModelFolder source = ModelFolders.open(folder.resolve("other.gguf"))) {
            assertRefused("back.gguf", source, rounded, "14 layers take floats");
            List<String> notes =
                    convert(source, "back.gguf", rounded.withActivations(Activations.ANY)).notes();
            assertTrue(notes.getFirst().startsWith("14 layers take floats"), notes.getFirst());
            ConversionOptions quantized = rounded.withNumbers(Numbers.QUANTIZED);
            assertEquals(notes, convert(source, "q.gguf", quantized).notes());
        }
    }

    /** What the source keeps out of BitNet is neither ternary nor rounded in the copy. */
    @Test
    void layersThatBitNetLeavesOutStayOut() throws IOException {
        try (ModelFolder _ = write("llama", MASTERS, ModelFormat.HF_F32, "source")) {
            Path config = folder.resolve("source/config.json");
            String quantization =
                    """
                    {"quantization_config": {"quant_method": "bitnet",
                      "linear_class": "autobitlinear", "quantization_mode": "online",
                      "modules_to_not_convert": ["lm_head", "down_proj"]},\
                    """;
            Files.writeString(config, Files.readString(config).replaceFirst("\\{", quantization));
        }
        try (ModelFolder source = ModelFolders.open(folder.resolve("source"))) {
            for (String name : List.of("packed", "packed.gguf")) {
                ModelFormat format =
                        name.equals("packed") ? ModelFormat.HF_BITNET : ModelFormat.GGUF_I2_S;
                ConversionReport report =
                        convert(
                                source,
                                name,
                                ConversionOptions.to(format).withNumbers(Numbers.QUANTIZED));
                assertTrue(report.isExact(), report.changes().toString());
                assertEquals(List.of(), report.notes());
                try (ModelFolder written = ModelFolders.open(folder.resolve(name))) {
                    var weights = DecoderModels.open(written).program().weights();
                    assertEquals(
                            2L,
                            weights.values().stream()
                                    .filter(ref -> ref.name().contains("down_proj"))
                                    .filter(ref -> ref.format().equals(MASTERS))
                                    .count());
                }
            }
        }
        String written = Files.readString(folder.resolve("packed/config.json"));
        assertTrue(written.contains("modules_to_not_convert"), written);
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

    private String refusalOfNarrow(String name, ConversionOptions options) throws IOException {
        DecoderModel model = new SyntheticShape().model();
        var files = new SyntheticFiles("narrow", List.of(), false);
        Path target = folder.resolve(name);
        var refused =
                assertThrows(
                        ConversionRefusedException.class,
                        () ->
                                new Conversion(
                                                "narrow",
                                                model,
                                                files,
                                                options,
                                                ConversionListener.NONE)
                                        .run(target));
        assertEquals(List.of(), names());
        return String.valueOf(refused.getMessage());
    }

    @Test
    void widthThatNoBlockFitsIsRefusedWithWhatFits() throws IOException {
        String message = refusalOfNarrow("a.gguf", ConversionOptions.to(ModelFormat.GGUF_TQ2_0));
        assertTrue(message.contains("192 columns are no multiple of the 256"), message);
        assertTrue(message.contains("all layers fit gguf-q2_0, gguf-i2_s"), message);
    }

    @Test
    void widthThatTheGroupDoesNotDivideIsRefusedWithTheSizesThatDo() throws IOException {
        ConversionOptions options = ConversionOptions.to(ModelFormat.MLX_4BIT).withGroupSize(128);
        String message = refusalOfNarrow("a", options);
        assertTrue(message.contains("192 columns are no multiple of the 128"), message);
        assertTrue(message.endsWith("it fits --group-size 32 or 64"), message);
    }

    @Test
    void tableTypeThatDoesNotFitIsRefusedWithThoseThatDo() throws IOException {
        ConversionOptions options =
                ConversionOptions.to(ModelFormat.GGUF_Q2_0).withEmbedding(TableFormat.Q6_K);
        String message = refusalOfNarrow("a.gguf", options);
        assertTrue(message.endsWith("it fits f32, f16, bf16, q8_0, q5_0, q4_0, q4_1"), message);
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
                                                    ConversionOptions.to(format)
                                                            .withActivations(Activations.ANY),
                                                    failing));
                    assertEquals(step, failed.getMessage());
                    assertEquals(before, names());
                }
            }
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
}
