package dev.trilobit.backend.cpu;

/**
 * The activations of a few tokens in the form that a family of kernels reads: rounded to int8,
 * expanded to lookup tables, or as they are. Belongs to one session; reused step after step.
 */
interface ActivationTile {
    /** Most tokens of a tile whose layout does not say otherwise. */
    int MAX_TOKENS = 8;

    /**
     * Takes over the activations of some tokens.
     *
     * @param x token t's element k is {@code x[offset + t * stride + k]}
     * @param tokens 1 to {@link TileLayout#tokens}
     */
    void load(float[] x, int offset, int stride, int tokens);

    /**
     * Begins to take over the activations of some tokens, and returns the number of independent
     * parts that {@link #loadParts} is left to do; {@code x} may not change until then.
     *
     * @param x token t's element k is {@code x[offset + t * stride + k]}
     * @param tokens 1 to {@link TileLayout#tokens}
     */
    default int begin(float[] x, int offset, int stride, int tokens) {
        load(x, offset, stride, tokens);
        return 0;
    }

    /** Does some of the parts of {@link #begin}; several threads may do different ones. */
    default void loadParts(int from, int to) {}

    /** Tokens loaded. */
    int tokens();

    /** Makes a tile of the same layout, which may share work arrays with this one. */
    ActivationTile another();
}
