package dev.trilobit.backend.cpu;

import java.lang.foreign.MemorySegment;

/**
 * Products of a {@link BlockStream} with one or two tokens, codes and scales in one pass over the
 * stream; both methods give the same bits. A kernel is written for the groups of its formats,
 * because loops of a known length cost less; and it does no more than this because the compilers of
 * the JVM give up on, or allocate vectors in, methods much larger.
 */
sealed interface BlockKernel
        permits ByteBlockKernel, ByteSuperBlockKernel, NibbleBlockKernel, NibbleSuperBlockKernel {
    /**
     * Adds what some blocks of the row come to: {@code unit * (sum over groups of multiple * factor
     * * product)} for each, in ascending order, every product fused with the sum that it goes to,
     * without the biases.
     *
     * @param matrix all of it
     * @param rows byte offset of the rows
     * @param from first block of the row
     * @param to block after the last
     * @param x [column]
     * @param factors what the products are multiples of, [group]
     * @param work in and out: the rows' sums from {@code sums} on
     */
    void addOne(
            MemorySegment matrix,
            long rows,
            int from,
            int to,
            float[] x,
            float[] factors,
            float[] work,
            int sums);

    /**
     * Adds the same for two of four tokens.
     *
     * @param x [column][4]
     * @param factors [group][4]
     * @param token the first of the two
     * @param work in and out: their sums, [2][row], from {@code sums} on
     */
    void addTwo(
            MemorySegment matrix,
            long rows,
            int from,
            int to,
            float[] x,
            float[] factors,
            int token,
            float[] work,
            int sums);

    /** Makes the kernel of matrices that lie as {@code stream} says. */
    static BlockKernel of(BlockStream stream) {
        return switch (stream.type()) {
            case Q8_0, Q5_0 -> new ByteBlockKernel(stream);
            case Q6_K -> new ByteSuperBlockKernel(stream);
            case Q4_0, Q4_1 -> new NibbleBlockKernel(stream);
            case Q4_K -> new NibbleSuperBlockKernel(stream);
        };
    }
}
