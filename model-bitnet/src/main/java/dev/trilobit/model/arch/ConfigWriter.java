package dev.trilobit.model.arch;

import dev.trilobit.api.program.GateActivation;
import dev.trilobit.api.program.RopeScaling;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Writes the sizes of a decoder as the keys of a config.json: what {@link ModelConfig#read} reads
 * of one, without how matrices are stored.
 */
public final class ConfigWriter {
    private static final Map<String, String> CLASSES =
            Map.of(
                    "bitnet", "BitNetForCausalLM",
                    "llama", "LlamaForCausalLM",
                    "qwen3", "Qwen3ForCausalLM");

    private ConfigWriter() {}

    /** Returns the keys in the order they are to appear; values are strings, numbers and so on. */
    public static Map<String, Object> keys(ModelConfig config) {
        Map<String, Object> keys = new LinkedHashMap<>();
        keys.put("architectures", List.of(CLASSES.getOrDefault(config.architecture(), "")));
        keys.put("model_type", config.architecture());
        keys.put("vocab_size", config.vocabulary());
        keys.put("hidden_size", config.hidden());
        keys.put("intermediate_size", config.intermediate());
        keys.put("num_hidden_layers", config.layers());
        keys.put("num_attention_heads", config.heads());
        keys.put("num_key_value_heads", config.kvHeads());
        keys.put("head_dim", config.headDim());
        keys.put("max_position_embeddings", config.maxContextTokens());
        keys.put("hidden_act", activation(config.activation()));
        keys.put("rms_norm_eps", decimal(config.normEpsilon()));
        keys.put("attention_bias", false);
        keys.put("tie_word_embeddings", config.tiedEmbeddings());
        return keys;
    }

    /** Returns the keys of the rotary embedding, as transformers 4 and mlx-lm read them. */
    public static Map<String, Object> ropeKeys(ModelConfig config) {
        Map<String, Object> keys = new LinkedHashMap<>();
        keys.put("rope_theta", config.rope().theta());
        Map<String, Object> scaling = scaling(config.rope().scaling());
        if (!scaling.isEmpty()) {
            keys.put("rope_scaling", scaling);
        }
        return keys;
    }

    private static Map<String, Object> scaling(RopeScaling scaling) {
        Map<String, Object> keys = new LinkedHashMap<>();
        switch (scaling) {
            case RopeScaling.None _ -> {}
            case RopeScaling.Linear(double factor) -> {
                keys.put("rope_type", "linear");
                keys.put("factor", factor);
            }
            case RopeScaling.Llama3 llama3 -> {
                keys.put("rope_type", "llama3");
                keys.put("factor", llama3.factor());
                keys.put("low_freq_factor", llama3.lowFrequencyFactor());
                keys.put("high_freq_factor", llama3.highFrequencyFactor());
                keys.put("original_max_position_embeddings", llama3.originalContext());
            }
            case RopeScaling.Yarn yarn -> {
                keys.put("rope_type", "yarn");
                keys.put("factor", yarn.factor());
                keys.put("original_max_position_embeddings", yarn.originalContext());
                keys.put("beta_fast", yarn.betaFast());
                keys.put("beta_slow", yarn.betaSlow());
                keys.put("attention_factor", yarn.attentionFactor());
            }
        }
        return keys;
    }

    private static String activation(GateActivation activation) {
        return switch (activation) {
            case SILU -> "silu";
            case RELU_SQUARED -> "relu2";
        };
    }

    /** The shortest decimal that reads as this float: 1e-5 rather than 9.99999974e-6. */
    private static double decimal(float value) {
        return Double.parseDouble(Float.toString(value));
    }
}
