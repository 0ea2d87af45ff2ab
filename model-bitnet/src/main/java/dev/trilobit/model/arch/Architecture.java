package dev.trilobit.model.arch;

import java.util.Arrays;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * The families of decoders that can be read. They share one graph, {@link DecoderGraph}, and differ
 * in which norms it has.
 */
enum Architecture {
    /** BitNet b1.58: norms before the output and down projections. */
    BITNET("bitnet", true, false, 500_000, 0),
    /** Llama: no further norms. */
    LLAMA("llama", false, false, 10_000, 0),
    /** Qwen3: norms of each query and key head before the rotation; heads of 128 if not said. */
    QWEN3("qwen3", false, true, 10_000, 128);

    private final String modelType;
    private final boolean subNorms;
    private final boolean headNorms;
    private final double defaultRopeTheta;
    private final int defaultHeadDim;

    Architecture(
            String modelType,
            boolean subNorms,
            boolean headNorms,
            double defaultRopeTheta,
            int defaultHeadDim) {
        this.modelType = modelType;
        this.subNorms = subNorms;
        this.headNorms = headNorms;
        this.defaultRopeTheta = defaultRopeTheta;
        this.defaultHeadDim = defaultHeadDim;
    }

    /** Finds a family by the {@code model_type} of its config.json. */
    static Optional<Architecture> of(String modelType) {
        return Arrays.stream(values()).filter(a -> a.modelType.equals(modelType)).findFirst();
    }

    /** Returns {@code model_type} as config.json spells it. */
    String modelType() {
        return modelType;
    }

    /** Returns whether attn_sub_norm and ffn_sub_norm stand before o_proj and down_proj. */
    boolean hasSubNorms() {
        return subNorms;
    }

    /** Returns whether q_norm and k_norm stand before the rotation. */
    boolean hasHeadNorms() {
        return headNorms;
    }

    /** Returns the base of the rotary frequencies where config.json names none. */
    double defaultRopeTheta() {
        return defaultRopeTheta;
    }

    /**
     * Returns the elements of a head where config.json names none; empty if it is the width over
     * the number of heads. Source: the configuration classes of transformers.
     */
    OptionalInt defaultHeadDim() {
        return defaultHeadDim == 0 ? OptionalInt.empty() : OptionalInt.of(defaultHeadDim);
    }
}
