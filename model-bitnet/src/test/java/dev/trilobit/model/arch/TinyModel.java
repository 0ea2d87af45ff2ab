package dev.trilobit.model.arch;

import dev.trilobit.model.file.MemoryFolder;
import dev.trilobit.model.file.SafetensorsWriter;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * A model of one layer whose every key and tensor a test can replace or take out: width 8, 12 in
 * the feed-forward block, two heads of 4 over one key-value head, 16 token ids.
 */
final class TinyModel {
    private static final Map<String, int[]> LINEARS =
            new TreeMap<>(
                    Map.of(
                            "self_attn.q_proj", new int[] {8, 8},
                            "self_attn.k_proj", new int[] {4, 8},
                            "self_attn.v_proj", new int[] {4, 8},
                            "self_attn.o_proj", new int[] {8, 8},
                            "mlp.gate_proj", new int[] {12, 8},
                            "mlp.up_proj", new int[] {12, 8},
                            "mlp.down_proj", new int[] {8, 12}));

    private final Map<String, String> keys = new LinkedHashMap<>();
    private final Map<String, Tensor> tensors = new LinkedHashMap<>();

    @SuppressWarnings("ArrayRecordComponent") // never compared, never leaves this class
    private record Tensor(String dtype, byte[] bytes, long[] shape) {}

    private TinyModel(String modelType) {
        key("model_type", quoted(modelType));
        key("vocab_size", "16");
        key("hidden_size", "8");
        key("intermediate_size", "12");
        key("num_hidden_layers", "1");
        key("num_attention_heads", "2");
        key("num_key_value_heads", "1");
        key("max_position_embeddings", "32");
        key("hidden_act", quoted("silu"));
        key("rms_norm_eps", "1e-5");
        key("rope_theta", "10000.0");
        zeros("model.embed_tokens.weight", 16, 8);
        zeros("lm_head.weight", 16, 8);
        zeros("model.norm.weight", 8);
        zeros("model.layers.0.input_layernorm.weight", 8);
        zeros("model.layers.0.post_attention_layernorm.weight", 8);
        LINEARS.forEach(
                (name, shape) -> zeros("model.layers.0." + name + ".weight", shape[0], shape[1]));
    }

    /** Makes a Llama of f32 matrices. */
    static TinyModel llama() {
        return new TinyModel("llama");
    }

    /** Makes a Qwen3 of f32 matrices. */
    static TinyModel qwen3() {
        return new TinyModel("qwen3")
                .key("head_dim", "4")
                .zeros("model.layers.0.self_attn.q_norm.weight", 4)
                .zeros("model.layers.0.self_attn.k_norm.weight", 4);
    }

    /** Makes a BitNet of packed layers with a scale of 0.5 each. */
    static TinyModel bitNet() {
        var model =
                new TinyModel("bitnet")
                        .key("hidden_act", quoted("relu2"))
                        .key("tie_word_embeddings", "true")
                        .bitNetConfig("\"linear_class\":\"autobitlinear\"")
                        .without("lm_head.weight")
                        .zeros("model.layers.0.self_attn.attn_sub_norm.weight", 8)
                        .zeros("model.layers.0.mlp.ffn_sub_norm.weight", 12);
        return model.packed();
    }

    /** Packs every linear layer: all codes 1, so all weights 0, and a scale of 0.5. */
    TinyModel packed() {
        LINEARS.forEach(
                (name, shape) -> {
                    String module = "model.layers.0." + name;
                    var codes = new byte[shape[0] / 4 * shape[1]];
                    Arrays.fill(codes, (byte) 0b01010101);
                    tensor(module + ".weight", "U8", codes, shape[0] / 4, shape[1]);
                    floats(module + ".weight_scale", 0.5f);
                });
        return this;
    }

    /** Repeats the first layer. */
    TinyModel layers(int count) {
        String first = "model.layers.0.";
        for (String name : names()) {
            if (name.startsWith(first)) {
                for (int layer = 1; layer < count; layer++) {
                    String copy = "model.layers.%d.".formatted(layer);
                    tensors.put(name.replace(first, copy), tensors.get(name));
                }
            }
        }
        return key("num_hidden_layers", Integer.toString(count));
    }

    /** Sets {@code quantization_config} with quant_method bitnet and further keys. */
    TinyModel bitNetConfig(String more) {
        return key("quantization_config", "{\"quant_method\":\"bitnet\"," + more + "}");
    }

    /** Sets a key of config.json to a JSON value. */
    TinyModel key(String key, String json) {
        keys.put(key, json);
        return this;
    }

    /** Takes a key out of config.json. */
    TinyModel withoutKey(String key) {
        keys.remove(key);
        return this;
    }

    /** Sets a tensor of f32 zeros. */
    TinyModel zeros(String name, long... shape) {
        long elements = 1;
        for (long extent : shape) {
            elements *= extent;
        }
        return tensor(name, "F32", new byte[(int) elements * Float.BYTES], shape);
    }

    /** Sets a vector of f32 numbers. */
    TinyModel floats(String name, float... numbers) {
        var bytes =
                ByteBuffer.allocate(numbers.length * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        bytes.asFloatBuffer().put(numbers);
        return tensor(name, "F32", bytes.array(), numbers.length);
    }

    /** Sets a tensor. */
    TinyModel tensor(String name, String dtype, byte[] bytes, long... shape) {
        tensors.put(name, new Tensor(dtype, bytes, shape));
        return this;
    }

    /** Takes tensors out. */
    TinyModel without(String... names) {
        Set.of(names).forEach(tensors::remove);
        return this;
    }

    /** Returns the names of all tensors. */
    Set<String> names() {
        return new HashSet<>(tensors.keySet());
    }

    /** Returns the files. */
    MemoryFolder folder() {
        var writer = new SafetensorsWriter();
        tensors.forEach((name, t) -> writer.tensor(name, t.dtype(), t.bytes(), t.shape()));
        return new MemoryFolder()
                .with("config.json", config())
                .with("model.safetensors", writer.bytes());
    }

    /** Returns config.json. */
    String config() {
        var lines = keys.entrySet().stream().map(e -> quoted(e.getKey()) + ":" + e.getValue());
        return "{" + String.join(",\n", lines.toList()) + "}";
    }

    /** Returns a JSON string. */
    static String quoted(String text) {
        return '"' + text + '"';
    }
}
