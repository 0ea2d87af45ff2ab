package dev.trilobit.api.program;

/** The function of the gate in a gated feed-forward block. */
public enum GateActivation {
    /** {@code x / (1 + exp(-x))}. */
    SILU,
    /** {@code max(x, 0)^2}. */
    RELU_SQUARED
}
