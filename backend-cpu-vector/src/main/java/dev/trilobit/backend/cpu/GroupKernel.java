package dev.trilobit.backend.cpu;

import java.lang.foreign.MemorySegment;

/**
 * Adds, group after group, a group's scale times the sum of its products. Every implementation adds
 * a row's terms in the same order for one token as for four.
 */
sealed interface GroupKernel permits GroupByteKernel, GroupLookupKernel, GroupNibbleKernel {
    /**
     * Adds some groups of a block of rows for one token.
     *
     * @param codes whole matrix
     * @param block byte offset of the block
     * @param from first group
     * @param to group after the last
     * @param x what {@link GroupedTile#steps} holds of the whole token
     * @param factors of a group's sum, [group]
     * @param work in and out: scales [group - from][rows of the block] from {@code scales} on, sums
     *     [rows of the block] from {@code sums} on
     */
    void oneToken(
            MemorySegment codes,
            long block,
            int from,
            int to,
            float[] x,
            float[] factors,
            float[] work,
            int scales,
            int sums);

    /**
     * Adds some groups of half a block of rows, two vectors of lanes, for four tokens.
     *
     * @param half byte offset of the half's first word
     * @param factors of a group's sum, [group][4]
     * @param work in and out: scales [group - from][rows of the block] from {@code scales} on, the
     *     sums of token t [2 * lanes] from {@code sums + t * stride} on
     */
    void fourTokens(
            MemorySegment codes,
            long half,
            int from,
            int to,
            float[] x,
            float[] factors,
            float[] work,
            int scales,
            int sums,
            int stride);
}
