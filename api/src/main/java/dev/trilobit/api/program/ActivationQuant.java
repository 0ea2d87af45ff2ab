package dev.trilobit.api.program;

/** What a linear layer does to its input before the product. */
public enum ActivationQuant {
    /** Nothing: f32 activations. */
    NONE,
    /**
     * Rounds each token to int8 by its largest magnitude, as BitNet b1.58 does: {@code s = 127 /
     * max(max|x|, 1e-5)}, {@code q = clamp(round(x * s), -128, 127)} with ties to even, and the
     * product stands for {@code q / s}. How precisely {@code s} and {@code x * s} are computed is
     * left to the backend, float32 at least: close to a tie two correct backends may round to
     * neighbouring integers. Source: transformers {@code integrations/bitnet.py}.
     */
    INT8_PER_TOKEN
}
