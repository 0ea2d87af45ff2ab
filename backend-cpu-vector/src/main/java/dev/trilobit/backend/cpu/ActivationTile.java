package dev.trilobit.backend.cpu;

/**
 * The activations of a few tokens in the form that a family of kernels reads: rounded to int8,
 * expanded to lookup tables, or as they are. Belongs to one session; reused step after step.
 */
interface ActivationTile {
    /** Most tokens of a tile. */
    int MAX_TOKENS = 8;

    /**
     * Takes over the activations of some tokens.
     *
     * @param x token t's element k is {@code x[offset + t * stride + k]}
     * @param tokens 1 to {@link #MAX_TOKENS}
     */
    void load(float[] x, int offset, int stride, int tokens);

    /** Tokens loaded. */
    int tokens();
}
