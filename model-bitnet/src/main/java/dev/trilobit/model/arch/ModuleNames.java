package dev.trilobit.model.arch;

import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What the tensors of a kind of file are called. The modules of {@link DecoderGraph} have the names
 * of transformers, {@code model.layers.0.self_attn.q_proj} and so on; other writers rename them one
 * by one.
 *
 * @param layers what stands before the number of a layer
 * @param renamed other names, by the name in transformers: of modules inside a layer without the
 *     layer's name, of all others whole
 */
public record ModuleNames(String layers, Map<String, String> renamed) {
    private static final String LAYERS = "model.layers.";
    private static final Pattern IN_LAYER = Pattern.compile("model\\.layers\\.(\\d+)\\.(.+)");

    /** The names of transformers. */
    public static final ModuleNames TRANSFORMERS = new ModuleNames(LAYERS, Map.of());

    /**
     * The names of the 1bitLLM models, which are older than transformers' BitNet. Source: their
     * {@code modeling_bitnet.py}.
     */
    public static final ModuleNames ONE_BIT_LLM =
            new ModuleNames(
                    LAYERS,
                    Map.of(
                            "self_attn.attn_sub_norm", "self_attn.inner_attn_ln",
                            "mlp.ffn_sub_norm", "mlp.ffn_layernorm"));

    /**
     * The names of GGUF files. Source: {@code tensor_mapping.py} and {@code constants.py} of gguf.
     */
    public static final ModuleNames GGUF =
            new ModuleNames(
                    "blk.",
                    Map.ofEntries(
                            Map.entry("model.embed_tokens", "token_embd"),
                            Map.entry("model.norm", "output_norm"),
                            Map.entry("lm_head", "output"),
                            Map.entry("input_layernorm", "attn_norm"),
                            Map.entry("self_attn.q_proj", "attn_q"),
                            Map.entry("self_attn.k_proj", "attn_k"),
                            Map.entry("self_attn.v_proj", "attn_v"),
                            Map.entry("self_attn.o_proj", "attn_output"),
                            Map.entry("self_attn.q_norm", "attn_q_norm"),
                            Map.entry("self_attn.k_norm", "attn_k_norm"),
                            Map.entry("self_attn.attn_sub_norm", "attn_sub_norm"),
                            Map.entry("post_attention_layernorm", "ffn_norm"),
                            Map.entry("mlp.gate_proj", "ffn_gate"),
                            Map.entry("mlp.up_proj", "ffn_up"),
                            Map.entry("mlp.down_proj", "ffn_down"),
                            Map.entry("mlp.ffn_sub_norm", "ffn_sub_norm")));

    public ModuleNames {
        renamed = Map.copyOf(renamed);
    }

    /** Returns the name of {@code module}, a name of transformers, in this kind of file. */
    public String of(String module) {
        Matcher inLayer = IN_LAYER.matcher(module);
        if (!inLayer.matches()) {
            return renamed.getOrDefault(module, module);
        }
        String inside = inLayer.group(2);
        return layers + inLayer.group(1) + "." + renamed.getOrDefault(inside, inside);
    }
}
