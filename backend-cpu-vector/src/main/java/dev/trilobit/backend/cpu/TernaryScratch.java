package dev.trilobit.backend.cpu;

/** Work arrays of a thread that loads or multiplies {@link TernaryInt8Tile}s. */
final class TernaryScratch {
    private static final int SUMS =
            TernaryInt8Tile.MOST_TOKENS * TernaryInt8Matrix.SPAN_BLOCKS * TernaryWords.BLOCK_ROWS;

    /** Sums, [token][row of a span]. */
    final int[] sums = new int[SUMS];

    /**
     * Int16 sums on their way to {@link #sums}, in the same places but for the order of lanes;
     * zeros between spans, as {@link TernaryInt8Kernels#widen} leaves them.
     */
    final short[] shortSums = new short[SUMS];

    /** Tables of a chunk for a quad of tokens. */
    final short[] tables =
            new short
                    [TernaryWords.CHUNK_WORDS
                            * TernaryWords.LOOKUPS
                            * TernaryInt8Tile.QUAD
                            * TernaryWords.LANES];

    /** A token's codes. */
    final int[] codes;

    TernaryScratch(int cols) {
        codes = new int[cols];
    }
}
