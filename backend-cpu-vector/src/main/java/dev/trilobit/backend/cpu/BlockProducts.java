package dev.trilobit.backend.cpu;

import java.lang.foreign.MemorySegment;

/**
 * Products of the codes of a {@link BlockStream} with four tokens, group by group; {@link
 * BlockScaling} adds them up.
 */
sealed interface BlockProducts permits BlockByteProducts, BlockNibbleProducts {
    /**
     * Multiplies some groups of a block of rows with four tokens.
     *
     * @param matrix all of it
     * @param rows byte offset of the rows
     * @param from first group of the row
     * @param to group after the last
     * @param x [column][4]
     * @param work out: [group][4][row] from {@code at} on
     */
    void fourTokens(
            MemorySegment matrix, long rows, int from, int to, float[] x, float[] work, int at);
}
