package dev.trilobit.backend.cpu;

import java.lang.foreign.MemorySegment;

/**
 * How numbers of a cache lie in memory: in groups of {@link KvLayout#GROUP}, each as two vectors of
 * floats or what takes their place. A number is its code times the scale of its position and head.
 * Stateless.
 */
sealed interface KvCodec permits KvFloat32, KvFloat16, KvInt8 {
    /** Bytes of an even number of groups. */
    long bytes(long groups);

    /** Tells whether positions have scales; else all are 1. */
    boolean scales();

    /**
     * Chooses the scale of a head.
     *
     * @return positive, or NaN if a number is not finite and codes cannot say so
     */
    float scale(float[] x, int from, int length);

    /**
     * Stores one number.
     *
     * @param at byte offset of group 0
     * @param element from 0 to {@link KvLayout#GROUP} - 1
     * @param inverse of the scale
     */
    void put(MemorySegment memory, long at, long group, int element, float x, float inverse);

    /**
     * What kernels read is the code divided by the square of this, 1 or a power of two, so that
     * neither it nor the sums leave the normal range. Weights of values are multiplied with this
     * and the scale beforehand, results with this afterwards.
     */
    float unit();

    /**
     * Computes {@code out[r][p] = sum over d of q[r][d] * key[p][d]} over the codes of a tile.
     *
     * <p>What a row gets does not depend on the rows beside it: sums run in ascending order.
     *
     * @param from byte offset of the tile's keys
     * @param dim elements of a head
     * @param q row r from {@code at + r * dim} on
     * @param out row r from {@code outAt + r * PAGE} on
     */
    void score(
            MemorySegment page,
            long from,
            int dim,
            float[] q,
            int at,
            int rows,
            float[] out,
            int outAt);

    /**
     * Computes {@code sum[r][d] += sum over p of w[r][p] * value[p][d]} over the codes of a tile's
     * first positions, for each row as if it were alone.
     *
     * @param from byte offset of the tile's values
     * @param groups of a position's value
     * @param w row r from {@code at + r * PAGE} on; if {@code positions} is odd, the next one is 0
     * @param sum row r from {@code sumAt + r * groups * GROUP} on
     */
    void mix(
            MemorySegment page,
            long from,
            int positions,
            int groups,
            float[] w,
            int at,
            int rows,
            float[] sum,
            int sumAt);
}
