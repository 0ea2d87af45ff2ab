package dev.trilobit.model.convert;

import dev.trilobit.api.quant.FloatType;
import dev.trilobit.model.arch.ConfigWriter;
import dev.trilobit.model.arch.GgufConfigWriter;
import dev.trilobit.model.arch.ModelConfig;
import dev.trilobit.model.arch.Quantization;
import dev.trilobit.model.file.GgmlType;
import dev.trilobit.model.file.GgufMetadata;
import dev.trilobit.model.file.GgufMetadataBuilder;
import dev.trilobit.model.file.Shards;
import dev.trilobit.model.file.TensorEntry;
import dev.trilobit.model.file.TensorFiles;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import tools.jackson.databind.json.JsonMapper;

/** Starts the files of one container: headers, metadata, configuration, tokenizer. */
final class ModelOutput {
    private static final String FILE_TYPE = "general.file_type";

    private final ModelConfig config;
    private final ConversionPlan plan;
    private final ConversionOptions options;

    ModelOutput(ModelConfig config, ConversionPlan plan, ConversionOptions options) {
        this.config = config;
        this.plan = plan;
        this.options = options;
    }

    private boolean isGguf() {
        return options.format().container() == Container.GGUF;
    }

    /** Returns the elements of a head if query and key rows are stored in pairs. */
    OptionalInt pairedHeadDim() {
        return isGguf() ? gguf().pairedHeadDim() : OptionalInt.empty();
    }

    private GgufConfigWriter gguf() {
        return gguf(config);
    }

    /**
     * Returns what describes a model in GGUF.
     *
     * @throws ConversionRefusedException if nothing does
     */
    static GgufConfigWriter gguf(ModelConfig config) {
        try {
            return new GgufConfigWriter(config);
        } catch (IllegalArgumentException e) {
            throw new ConversionRefusedException(String.valueOf(e.getMessage()));
        }
    }

    /**
     * Writes everything but the tensors.
     *
     * @param main the GGUF file, the first of several, or the folder
     */
    TensorFiles open(Path main, CompanionFiles companions) throws IOException {
        if (isGguf()) {
            var keys = GgufMetadata.builder(main.toString());
            companions.addKeys(keys, config.vocabulary());
            gguf().write(keys);
            describeTypes(keys);
            return Shards.gguf(main, keys.build(), ggufEntries(), options.shardBytes());
        }
        companions.writeFiles(main);
        Files.writeString(main.resolve("config.json"), json(configKeys(companions)));
        String format = options.format().container() == Container.MLX ? "mlx" : "pt";
        return Shards.safetensors(
                main, plan.entries(), options.shardBytes(), Map.of("format", format));
    }

    private static String json(Map<String, Object> keys) {
        return JsonMapper.shared().writerWithDefaultPrettyPrinter().writeValueAsString(keys) + "\n";
    }

    private void describeTypes(GgufMetadataBuilder keys) {
        if (options.format().encoding() instanceof Encoding.Ggml(GgmlType type)) {
            fileType(type)
                    .ifPresentOrElse(
                            number -> keys.uint32(FILE_TYPE, number), () -> keys.remove(FILE_TYPE));
            if (type.floatType().isEmpty()) {
                keys.uint32("general.quantization_version", 2);
            }
        }
    }

    /** The numbers on which all readers agree. Source: llama.h, {@code enum llama_ftype}. */
    private static OptionalInt fileType(GgmlType type) {
        return switch (type) {
            case F32 -> OptionalInt.of(0);
            case F16 -> OptionalInt.of(1);
            case Q4_0 -> OptionalInt.of(2);
            case Q4_1 -> OptionalInt.of(3);
            case Q8_0 -> OptionalInt.of(7);
            case Q5_0 -> OptionalInt.of(8);
            case Q4_K -> OptionalInt.of(15);
            case Q6_K -> OptionalInt.of(18);
            case BF16 -> OptionalInt.of(32);
            case TQ1_0 -> OptionalInt.of(36);
            case TQ2_0 -> OptionalInt.of(37);
            case I2_S, Q1_0, Q2_0, Q2_0_G128, PQ2_0, PTQ1_0 -> OptionalInt.empty();
        };
    }

    private List<TensorEntry> ggufEntries() {
        var entries = new ArrayList<>(plan.entries());
        int factors = gguf().ropeFactors().length;
        if (factors > 0) {
            entries.add(
                    new TensorEntry(
                            GgufConfigWriter.ROPE_FACTORS, GgmlType.F32, List.of((long) factors)));
        }
        return entries;
    }

    /** Writes the tensors that are no weights. */
    void writeExtras(TensorFiles files) throws IOException {
        float[] factors = isGguf() ? gguf().ropeFactors() : new float[0];
        if (factors.length > 0) {
            ByteBuffer bytes =
                    ByteBuffer.allocate(factors.length * Float.BYTES)
                            .order(ByteOrder.LITTLE_ENDIAN);
            for (float factor : factors) {
                bytes.putFloat(factor);
            }
            files.write(GgufConfigWriter.ROPE_FACTORS, MemorySegment.ofArray(bytes.array()));
        }
    }

    private Map<String, Object> configKeys(CompanionFiles companions) {
        Map<String, Object> source = companions.configKeys();
        Map<String, Object> keys = new LinkedHashMap<>(source);
        for (String old :
                List.of(
                        "quantization",
                        "quantization_config",
                        "auto_map",
                        "weight_bits",
                        "input_bits")) {
            keys.remove(old);
        }
        keys.putAll(ConfigWriter.keys(config));
        if (!source.containsKey("rope_parameters")) {
            keys.putAll(ConfigWriter.ropeKeys(config));
        }
        keys.put("tie_word_embeddings", plan.isTied());
        keys.remove("dtype");
        keys.put("torch_dtype", dtype(plan.floatType()));
        switch (options.format().encoding()) {
            case Encoding.Mlx _ -> keys.put("quantization", quantization());
            case Encoding.BitNet _ -> keys.put("quantization_config", bitNet("offline"));
            case Encoding.Plain _ -> {
                if (companions.areMasters()) {
                    keys.put("quantization_config", bitNet("online"));
                }
            }
            case Encoding.Ggml _ -> {}
        }
        return keys;
    }

    private static String dtype(FloatType type) {
        return switch (type) {
            case F32 -> "float32";
            case F16 -> "float16";
            case BF16 -> "bfloat16";
        };
    }

    private Map<String, Object> bitNet(String mode) {
        Map<String, Object> keys = new LinkedHashMap<>();
        keys.put("quant_method", "bitnet");
        keys.put("linear_class", "autobitlinear");
        keys.put("quantization_mode", mode);
        if (config.quantization() instanceof Quantization.BitNet source
                && !source.notConverted().isEmpty()) {
            keys.put("modules_to_not_convert", source.notConverted());
        }
        return keys;
    }

    /** What most modules have, and an entry for each that has something else. */
    private Map<String, Object> quantization() {
        Encoding.Mlx standard = usual();
        Map<String, Object> keys = new LinkedHashMap<>(groups(standard));
        for (PlannedPart part : plan.parts()) {
            if (part.encoding() instanceof Encoding.Mlx mlx
                    && (mlx.bits() != standard.bits() || mlx.groupSize() != standard.groupSize())) {
                keys.put(part.module(), groups(mlx));
            }
        }
        return keys;
    }

    private Encoding.Mlx usual() {
        return plan.parts().stream()
                .filter(part -> part.part().role() == ModelPart.Role.LINEAR)
                .map(PlannedPart::encoding)
                .filter(Encoding.Mlx.class::isInstance)
                .map(Encoding.Mlx.class::cast)
                .findFirst()
                .orElseThrow(() -> new IllegalStateException("a decoder has linear layers"));
    }

    private static Map<String, Object> groups(Encoding.Mlx mlx) {
        Map<String, Object> keys = new LinkedHashMap<>();
        keys.put("group_size", mlx.groupSize());
        keys.put("bits", mlx.bits());
        keys.put("mode", "affine");
        return keys;
    }
}
