package dev.trilobit.api.program;

/** What a linear layer does to its input before the product. */
public enum ActivationQuant {
    /** Nothing: f32 activations. */
    NONE,
    /**
     * Rounds each token to int8 by its largest magnitude, as BitNet b1.58 does: {@code s = 127 /
     * max(max|x|, 1e-5)}, {@code q = clamp(round(x * s), -128, 127)} with ties to even, and the
     * product stands for {@code q / s}. Source: transformers {@code integrations/bitnet.py}.
     */
    INT8_PER_TOKEN
}
