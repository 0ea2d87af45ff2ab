package dev.trilobit.backend.cpu;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * Half precision. The scale is the power of two that brings the largest number of a head to the top
 * of the range, 2^14 to 2^15, so that no code overflows; codes under the normal range, 2^-29 of the
 * largest, are 0, and so are all of a head whose numbers are below 2^-128. What rounds to 2^128 is
 * infinite. With a number that is not finite, all of its head are NaN. Values below 2^-83 lose
 * digits where they are summed up.
 *
 * <p>An int holds the numbers i and {@code i + lanes} of a group, the first one below, so that one
 * load and a few shifts make two vectors in order.
 */
record KvFloat16() implements KvCodec {
    private static final int LANES = Lanes.FLOATS.length();

    /** Exponent of the largest code. */
    private static final int TOP = 14;

    /** Smaller numbers than 2^-100 share a scale, so that its inverse is finite. */
    private static final int LEAST_EXPONENT = -100;

    private static final float LEAST_NORMAL = 0x1p-14f;

    /** The bits of an f16 three places down are an f32 too small by 2^112, the square of this. */
    private static final float UNIT = 0x1p56f;

    @Override
    public long bytes(long groups) {
        return groups * KvLayout.GROUP * Short.BYTES;
    }

    @Override
    public boolean scales() {
        return true;
    }

    @Override
    public float scale(float[] x, int from, int length) {
        float most = KvLayout.largest(x, from, length);
        if (!(most < Float.POSITIVE_INFINITY)) {
            return Float.NaN;
        }
        return Math.scalb(1f, Math.max(Math.getExponent(most), LEAST_EXPONENT) - TOP);
    }

    @Override
    public void put(
            MemorySegment memory, long at, long group, int element, float x, float inverse) {
        float code = x * inverse;
        short half = Math.abs(code) < LEAST_NORMAL ? 0 : Float.floatToFloat16(code);
        int slot = element < LANES ? 2 * element : 2 * (element - LANES) + 1;
        memory.set(
                ValueLayout.JAVA_SHORT, at + (group * KvLayout.GROUP + slot) * Short.BYTES, half);
    }

    @Override
    public float unit() {
        return UNIT;
    }

    @Override
    public void score(
            MemorySegment page,
            long from,
            int dim,
            float[] q,
            int at,
            int rows,
            float[] out,
            int outAt) {
        KvFloat16Kernel.score(page, from, dim, q, at, rows, out, outAt);
    }

    @Override
    public void mix(
            MemorySegment page,
            long from,
            int positions,
            int groups,
            float[] w,
            int at,
            int rows,
            float[] sum,
            int sumAt) {
        KvFloat16Kernel.mix(page, from, positions, groups, w, at, rows, sum, sumAt);
    }
}
