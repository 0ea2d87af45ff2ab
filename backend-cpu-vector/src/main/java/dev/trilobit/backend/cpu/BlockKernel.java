package dev.trilobit.backend.cpu;

import java.lang.foreign.MemorySegment;

/**
 * Products of the codes of a {@link BlockStream} with activations, group by group; {@link
 * BlockScaling} adds them up. Both methods give the same bits. They do no more than that because
 * the compilers of the JVM give up on, or allocate vectors in, methods much larger.
 */
sealed interface BlockKernel permits BlockByteKernel, BlockNibbleKernel {
    /**
     * Multiplies some groups of a block of rows with one token.
     *
     * @param matrix all of it
     * @param rows byte offset of the rows
     * @param from first group of the row
     * @param to group after the last
     * @param x [column]
     * @param work out: [group][row] from {@code at} on
     */
    void oneToken(
            MemorySegment matrix, long rows, int from, int to, float[] x, float[] work, int at);

    /**
     * Multiplies some groups of a block of rows with four tokens.
     *
     * @param x [column][4]
     * @param work out: [group][4][row] from {@code at} on
     */
    void fourTokens(
            MemorySegment matrix, long rows, int from, int to, float[] x, float[] work, int at);
}
