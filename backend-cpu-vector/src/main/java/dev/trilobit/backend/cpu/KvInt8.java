package dev.trilobit.backend.cpu;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * Whole numbers from -127 to 127; the largest of a head is 127 of them.
 *
 * <p>An int holds the numbers i and {@code i + lanes} of an even group, below those of the odd
 * group after it.
 */
record KvInt8() implements KvCodec {
    private static final int LANES = Lanes.FLOATS.length();
    private static final int MOST = 127;

    /** Smaller heads share a scale, so that its inverse is finite. */
    private static final float LEAST_SCALE = 0x1p-120f;

    @Override
    public long bytes(long groups) {
        return groups * KvLayout.GROUP;
    }

    @Override
    public boolean scales() {
        return true;
    }

    @Override
    public float scale(float[] x, int from, int length) {
        float most = KvLayout.largest(x, from, length);
        return most < Float.POSITIVE_INFINITY ? Math.max(most / MOST, LEAST_SCALE) : Float.NaN;
    }

    @Override
    public void put(
            MemorySegment memory, long at, long group, int element, float x, float inverse) {
        // The product can pass 127 by a rounding; a NaN becomes 0, its scale tells.
        byte code = (byte) Math.clamp((int) Math.rint(x * inverse), -MOST, MOST);
        int place = element % LANES * Integer.BYTES + (int) (group & 1) * 2 + element / LANES;
        memory.set(ValueLayout.JAVA_BYTE, at + bytes(group & ~1L) + place, code);
    }

    @Override
    public float unit() {
        return 1;
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
        KvInt8Scores.score(page, from, dim, q, at, rows, out, outAt);
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
        KvInt8Mixing.mix(page, from, positions, groups, w, at, rows, sum, sumAt);
    }
}
