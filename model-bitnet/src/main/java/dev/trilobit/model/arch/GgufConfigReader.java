package dev.trilobit.model.arch;

import dev.trilobit.model.file.GgufFile;
import dev.trilobit.model.file.GgufMetadata;
import dev.trilobit.model.file.ModelFormatException;
import dev.trilobit.model.file.StoredTensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;

/**
 * Reads the sizes of a decoder from the metadata of a GGUF file, and refuses by name what would
 * need another graph. Source: gguf {@code constants.py} for the keys, llama.cpp {@code
 * llama-model.cpp} for what they mean and what is assumed without them.
 */
final class GgufConfigReader {
    private static final String ARCHITECTURE = "general.architecture";
    private static final String TYPE = "general.type";
    private static final String EMBEDDING = "token_embd.weight";
    private static final String HEAD = "output.weight";
    private static final int MOST_LAYERS = 10_000;
    private static final long WIDEST = 1 << 28;

    /** Bonsai 2 keeps weights in a basis turned by a signed Walsh-Hadamard transform. */
    private static final String TRANSFORM = "prism.";

    private final GgufFile file;
    private final GgufArchitecture architecture;
    private final GgufKeys keys;

    private GgufConfigReader(GgufFile file, GgufArchitecture architecture, GgufKeys keys) {
        this.file = file;
        this.architecture = architecture;
        this.keys = keys;
    }

    /** Does what {@link ModelConfig#read} says. */
    static ModelConfig read(GgufFile file) {
        GgufArchitecture architecture = architecture(file);
        var problems = new ArrayList<String>();
        var keys = new GgufKeys(file.metadata(), architecture.label(), problems);
        ModelConfig config = new GgufConfigReader(file, architecture, keys).read();
        if (!problems.isEmpty()) {
            throw new ModelFormatException(file.label(), problems);
        }
        return config;
    }

    /** Another architecture has other keys, so nothing else is worth checking without this one. */
    private static GgufArchitecture architecture(GgufFile file) {
        GgufMetadata metadata = file.metadata();
        String type = metadata.string(TYPE).orElse("model");
        if (!type.equals("model")) {
            throw new ModelFormatException(
                    file.label(), "key %s: expected model, got %s".formatted(TYPE, type));
        }
        String label = metadata.string(ARCHITECTURE).orElse("none");
        return GgufArchitecture.of(label)
                .orElseThrow(
                        () ->
                                new ModelFormatException(
                                        file.label(),
                                        "key %s: expected one of %s, got %s"
                                                .formatted(ARCHITECTURE, known(), label)));
    }

    private static String known() {
        return Arrays.stream(GgufArchitecture.values())
                .map(GgufArchitecture::label)
                .collect(Collectors.joining(", "));
    }

    private ModelConfig read() {
        refuseTransforms();
        int hidden = keys.count("embedding_length");
        int heads = keys.count("attention.head_count");
        int kvHeads = keys.count("attention.head_count_kv", heads);
        if (heads % kvHeads != 0) {
            keys.problem(
                    "attention.head_count_kv",
                    "expected a divisor of %d heads, got %d".formatted(heads, kvHeads));
        }
        int headDim = headDim(hidden, heads);
        refuseOtherGraphs(headDim);
        int context = keys.count("context_length");
        return new ModelConfig(
                architecture.family().modelType(),
                vocabulary(),
                hidden,
                keys.count("feed_forward_length"),
                layers(),
                heads,
                kvHeads,
                headDim,
                context,
                architecture.activation(),
                normEpsilon(),
                new GgufRope(keys, file, headDim).read(context),
                !file.tensors().containsKey(HEAD),
                new Quantization.Ggml(architecture.rounded(), architecture.headRows()));
    }

    private int layers() {
        int layers = keys.count("block_count");
        if (layers > MOST_LAYERS) {
            keys.problem(
                    "block_count", "expected at most %d, got %d".formatted(MOST_LAYERS, layers));
        }
        return layers;
    }

    private int headDim(int hidden, int heads) {
        int headDim = keys.count("attention.key_length", Math.max(hidden / heads, 1));
        if (!keys.has("attention.key_length") && hidden % heads != 0) {
            keys.problem(
                    "attention.head_count",
                    "expected a divisor of embedding_length %d, got %d".formatted(hidden, heads));
        }
        int values = keys.count("attention.value_length", headDim);
        if (values != headDim) {
            keys.problem(
                    "attention.value_length",
                    "expected attention.key_length %d, got %d".formatted(headDim, values));
        }
        if ((long) heads * headDim > WIDEST) {
            keys.problem(
                    "attention.key_length",
                    "%d heads of %d are too wide".formatted(heads, headDim));
        }
        return headDim;
    }

    /** Some writers pad the table, so its rows say how many ids there are. */
    private int vocabulary() {
        int named = keys.count("vocab_size", 1);
        StoredTensor table = file.tensors().get(EMBEDDING);
        if (table == null || table.shape().size() != 2) {
            return named; // a problem of the tensor
        }
        long rows = table.shape().getFirst();
        if (rows < named || rows > WIDEST) {
            keys.problem(
                    "vocab_size",
                    "expected at most the %d rows of %s, got %d".formatted(rows, EMBEDDING, named));
            return named;
        }
        return (int) rows;
    }

    private float normEpsilon() {
        String key = "attention.layer_norm_rms_epsilon";
        if (!keys.has(key)) {
            keys.problem(key, "expected a positive number, but the key is missing");
            return 1;
        }
        float epsilon = (float) keys.number(key, 1);
        if (!(epsilon > 0) || Float.isInfinite(epsilon)) {
            keys.problem(key, "expected a positive number, got " + epsilon);
        }
        return epsilon;
    }

    private void refuseTransforms() {
        List<String> found =
                file.metadata().keys().stream().filter(key -> key.startsWith(TRANSFORM)).toList();
        if (!found.isEmpty()) {
            keys.problem(
                    "keys %s: the weights lie in a basis turned by a signed Walsh-Hadamard"
                                    .formatted(String.join(", ", found))
                            + " transform, which is not supported; use a file of the model without"
                            + " these keys");
        }
    }

    private void refuseOtherGraphs(int headDim) {
        for (String key : List.of("expert_count", "expert_used_count")) {
            keys.refuseUnless(0, key, "mixtures of experts are not supported");
        }
        keys.refuseUnless(0, "attention.sliding_window", "sliding windows are not supported");
        keys.refuseUnless(0, "attention.clamp_kqv", "clamped attention is not supported");
        keys.refuseUnless(0, "attention.max_alibi_bias", "ALiBi is not supported");
        for (String key : List.of("attn_logit_softcapping", "final_logit_softcapping")) {
            keys.refuseUnless(0, key, "soft caps are not supported");
        }
        for (String key : List.of("embedding_scale", "residual_scale", "logit_scale")) {
            keys.refuseUnless(1, key, "a scale of this kind is not supported");
        }
        keys.refuseUnless(0, "nextn_predict_layers", "layers beyond the last are not supported");
        if (!keys.flag("attention.causal", true)) {
            keys.problem("attention.causal", "attention to later tokens is not supported");
        }
        if (keys.flag("use_parallel_residual", false)) {
            keys.problem("use_parallel_residual", "parallel residuals are not supported");
        }
        double usual = 1 / Math.sqrt(headDim);
        double scale = keys.number("attention.scale", usual);
        if ((float) scale != (float) usual) {
            keys.problem(
                    "attention.scale", "expected 1 / sqrt(%d), got %s".formatted(headDim, scale));
        }
    }
}
