package dev.trilobit.model.arch;

import dev.trilobit.api.program.RopeScaling;
import dev.trilobit.api.program.RopeSpec;
import dev.trilobit.model.file.GgufFile;
import dev.trilobit.model.file.StoredTensor;
import java.util.List;

/**
 * Reads the rotary embedding of a GGUF file: the keys {@code rope.*} and the tensor {@code
 * rope_freqs.weight}. Source: llama.cpp {@code llama-model.cpp}, {@code load_hparams}, and ggml's
 * {@code rope_yarn}.
 */
final class GgufRope {
    /** Divisors of the frequencies beside the keys. */
    static final String FACTORS = "rope_freqs.weight";

    private static final String SCALING = "rope.scaling.";
    private static final double DEFAULT_THETA = 10_000;

    private final GgufKeys keys;
    private final GgufFile file;
    private final int headDim;

    GgufRope(GgufKeys keys, GgufFile file, int headDim) {
        this.keys = keys;
        this.file = file;
        this.headDim = headDim;
    }

    /**
     * Reads it all; what is wrong goes to the problems of {@code keys}.
     *
     * @param context {@code context_length}
     */
    RopeSpec read(int context) {
        int turned = keys.count("rope.dimension_count", headDim);
        if (turned != headDim) {
            keys.problem(
                    "rope.dimension_count",
                    "expected the %d elements of a head, got %d".formatted(headDim, turned));
        }
        if (keys.has("rope.dimension_sections")) {
            keys.problem("rope.dimension_sections", "sections of positions are not supported");
        }
        double theta = keys.number("rope.freq_base", DEFAULT_THETA);
        try {
            RopeScaling stretch = scaling(context);
            return new RopeSpec(headDim, theta, withFactors(stretch, theta));
        } catch (IllegalArgumentException e) {
            keys.problem("rope.*", String.valueOf(e.getMessage()));
            return new RopeSpec(2, DEFAULT_THETA, new RopeScaling.None());
        }
    }

    private RopeScaling scaling(int context) {
        double factor = keys.number(SCALING + "factor", keys.number("rope.scale_linear", 0));
        String type = keys.text(SCALING + "type", "linear");
        keys.refuseUnless(1, SCALING + "attn_factor", "a factor on attention is not supported");
        return switch (type) {
            case "none" -> new RopeScaling.None();
            // Converters write a factor of 0 or 1 for models without any.
            case "linear" ->
                    factor == 0 || factor == 1
                            ? new RopeScaling.None()
                            : new RopeScaling.Linear(factor);
            case "yarn" -> yarn(factor, context);
            default -> {
                keys.problem(SCALING + "type", "expected none, linear or yarn, got " + type);
                yield new RopeScaling.None();
            }
        };
    }

    private RopeScaling yarn(double factor, int context) {
        keys.refuseUnless(
                1, SCALING + "yarn_ext_factor", "a part of the YaRN stretch is not supported");
        keys.refuseUnless(
                1, SCALING + "yarn_attn_factor", "a factor on attention is not supported");
        keys.refuseUnless(0, SCALING + "yarn_log_multiplier", "this form of YaRN is not supported");
        return new RopeScaling.Yarn(
                factor,
                keys.count(SCALING + "original_context_length", context),
                keys.number(SCALING + "yarn_beta_fast", 32),
                keys.number(SCALING + "yarn_beta_slow", 1),
                RopeScaling.Yarn.defaultAttentionFactor(factor));
    }

    private RopeScaling withFactors(RopeScaling stretch, double theta) {
        StoredTensor factors = file.tensors().get(FACTORS);
        if (factors == null) {
            return stretch;
        }
        if (factors.type().floatType().isEmpty()
                || !factors.shape().equals(List.of(headDim / 2L))) {
            return unknownFactors(
                    "expected %s [%d], got %s"
                            .formatted(TypeRule.FLOATS.label(), headDim / 2, factors.layout()));
        }
        if (!(stretch instanceof RopeScaling.None)) {
            return unknownFactors("expected no rope.scaling beside it, got " + stretch);
        }
        return RopeFactors.scaling(factors, headDim, theta)
                .orElseGet(
                        () ->
                                unknownFactors(
                                        "expected the factors of Llama 3.1 and later, got others,"
                                                + " which are not supported"));
    }

    private RopeScaling unknownFactors(String problem) {
        keys.problem("tensor %s: %s".formatted(FACTORS, problem));
        return new RopeScaling.None();
    }
}
