package dev.trilobit.model.arch;

import dev.trilobit.api.program.GateActivation;
import dev.trilobit.api.program.RopeScaling;
import dev.trilobit.api.program.RopeSpec;
import dev.trilobit.model.file.ModelFolder;
import dev.trilobit.model.file.ModelFormatException;
import dev.trilobit.model.file.StrictJson;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import tools.jackson.databind.JsonNode;

/**
 * Reads config.json as transformers writes it, and refuses by name what would need another graph.
 */
final class ConfigReader {
    private static final String NAME = "config.json";
    private static final int MOST_LAYERS = 10_000;
    private static final long WIDEST = 1 << 28;

    /** Differs from transformers' own {@code BitNetForCausalLM} in one capital. */
    private static final String ONE_BIT_LLM = "BitnetForCausalLM";

    private static final List<String> EXPERTS =
            List.of(
                    "num_experts",
                    "num_local_experts",
                    "n_routed_experts",
                    "moe_intermediate_size");

    private final ConfigObject config;

    private ConfigReader(ConfigObject config) {
        this.config = config;
    }

    /** Does what {@link ModelConfig#read} says. */
    static ModelConfig read(ModelFolder folder) {
        return read(folder.label(NAME), find(folder));
    }

    /** Does what {@link ModelConfig#parse} says. */
    static ModelConfig read(String label, MemorySegment text) {
        JsonNode json = StrictJson.object(label, "the configuration", text);
        var problems = new ArrayList<String>();
        var root = new ConfigObject("", json, problems);
        Architecture architecture = architecture(label, root);
        ModelConfig config = new ConfigReader(root).read(architecture);
        if (!problems.isEmpty()) {
            throw new ModelFormatException(label, problems);
        }
        return config;
    }

    private static MemorySegment find(ModelFolder folder) {
        return folder.find(NAME).orElseThrow(() -> ModelFormatException.missing(folder, NAME));
    }

    /** Another family has other keys, so nothing else is worth checking when this one fails. */
    private static Architecture architecture(String label, ConfigObject root) {
        if (isOneBitLlm(root)) {
            return Architecture.BITNET;
        }
        String type = root.text("model_type", "");
        return Architecture.of(type)
                .orElseThrow(
                        () ->
                                new ModelFormatException(
                                        label,
                                        "model_type: expected one of %s, got %s"
                                                .formatted(
                                                        Arrays.stream(Architecture.values())
                                                                .map(Architecture::modelType)
                                                                .collect(Collectors.joining(", ")),
                                                        root.has("model_type")
                                                                ? root.show("model_type")
                                                                : "none")));
    }

    /**
     * The 1bitLLM models have the keys of Llama, its {@code model_type} too, a class of their own
     * and two keys more.
     */
    private static boolean isOneBitLlm(ConfigObject root) {
        return root.texts("architectures").contains(ONE_BIT_LLM)
                || (root.has("weight_bits") && root.has("input_bits"));
    }

    private ModelConfig read(Architecture architecture) {
        refuseOtherGraphs();
        int hidden = config.count("hidden_size");
        int heads = config.count("num_attention_heads");
        int headDim = headDim(architecture, hidden, heads);
        int kvHeads = config.count("num_key_value_heads", heads);
        if (config.isCount("num_attention_heads") && heads % kvHeads != 0) {
            config.problem(
                    "num_key_value_heads",
                    "expected a divisor of %d heads, got %d".formatted(heads, kvHeads));
        }
        if ((long) heads * headDim > WIDEST) {
            config.problem("head_dim", "%d heads of %d are too wide".formatted(heads, headDim));
        }
        int context = config.count("max_position_embeddings");
        return new ModelConfig(
                architecture.modelType(),
                config.count("vocab_size"),
                hidden,
                config.count("intermediate_size"),
                layers(),
                heads,
                kvHeads,
                headDim,
                context,
                activation(),
                normEpsilon(),
                rope(architecture, headDim, context),
                config.flag("tie_word_embeddings", false),
                quantization());
    }

    private Quantization quantization() {
        var reader = new QuantizationReader(config);
        return isOneBitLlm(config) ? reader.readOneBitLlm() : reader.read();
    }

    private int layers() {
        int layers = config.count("num_hidden_layers");
        if (layers > MOST_LAYERS) {
            config.problem(
                    "num_hidden_layers",
                    "expected at most %d, got %d".formatted(MOST_LAYERS, layers));
        }
        return layers;
    }

    private int headDim(Architecture architecture, int hidden, int heads) {
        if (config.has("head_dim")) {
            return config.count("head_dim", 2);
        }
        if (architecture.defaultHeadDim().isPresent()) {
            return architecture.defaultHeadDim().getAsInt();
        }
        if (!config.isCount("hidden_size") || !config.isCount("num_attention_heads")) {
            return 2; // already a problem
        }
        if (hidden % heads != 0) {
            config.problem(
                    "num_attention_heads",
                    "expected a divisor of hidden_size %d, got %d".formatted(hidden, heads));
            return 2;
        }
        return hidden / heads;
    }

    private GateActivation activation() {
        String name = config.text("hidden_act");
        return switch (name) {
            case "relu2" -> GateActivation.RELU_SQUARED;
            case "silu" -> GateActivation.SILU;
            case "" -> GateActivation.SILU; // reported as missing
            default -> {
                config.problem("hidden_act", "expected relu2 or silu, got " + name);
                yield GateActivation.SILU;
            }
        };
    }

    private float normEpsilon() {
        float epsilon = (float) config.number("rms_norm_eps");
        if (!(epsilon > 0) || Float.isInfinite(epsilon)) {
            config.problem("rms_norm_eps", "expected a positive number, got " + epsilon);
        }
        return epsilon;
    }

    private RopeSpec rope(Architecture architecture, int headDim, int context) {
        var reader = new RopeReader(config, context);
        // The 1bitLLM models have Llama's assumption.
        Architecture assumed = isOneBitLlm(config) ? Architecture.LLAMA : architecture;
        double theta = reader.theta(assumed.defaultRopeTheta());
        RopeScaling scaling = reader.scaling();
        try {
            return new RopeSpec(headDim, theta, scaling);
        } catch (IllegalArgumentException e) {
            config.problem(String.valueOf(e.getMessage()));
            return new RopeSpec(2, architecture.defaultRopeTheta(), new RopeScaling.None());
        }
    }

    private void refuseOtherGraphs() {
        for (String key : List.of("attention_bias", "mlp_bias")) {
            if (config.flag(key, false)) {
                config.problem(key, "biases are not supported");
            }
        }
        for (String key : EXPERTS) {
            if (config.has(key)) {
                config.problem(key, "mixtures of experts are not supported");
            }
        }
        if (config.flag("use_sliding_window", false) && config.has("sliding_window")) {
            config.problem("use_sliding_window", "sliding windows are not supported");
        }
        config.texts("layer_types").stream()
                .filter(type -> !type.equals("full_attention"))
                .distinct()
                .forEach(
                        type ->
                                config.problem(
                                        "layer_types",
                                        "expected full_attention alone, got " + type));
    }
}
