package dev.trilobit.backend.cpu;

import java.lang.foreign.MemorySegment;
import java.nio.ByteOrder;
import jdk.incubator.vector.ShortVector;
import jdk.incubator.vector.VectorOperators;

/**
 * Loops over {@link RunWords}: rows lie in lanes, each lane looks up what some bits add up to, and
 * the int16 sum of a group is stored when the group ends.
 *
 * <p>The accumulators are written out by hand: past a size of method the compiler no longer inlines
 * calls that take or return vectors, and would box them.
 */
final class RunKernels {
    private static final int LANES = RunWords.LANES;
    private static final int ROWS = RunWords.BLOCK_ROWS;
    private static final long VECTOR_BYTES = (long) LANES * Short.BYTES;
    private static final long STEP = RunWords.STEP_BYTES;
    private static final ByteOrder ORDER = ByteOrder.nativeOrder();

    private RunKernels() {}

    /**
     * Sums up some groups of a block of rows for one token.
     *
     * @param codes whole matrix
     * @param block byte offset of the block
     * @param layout of the matrix
     * @param from first group
     * @param to group after the last
     * @param tables [word][vector][lanes] of the whole token
     * @param dots out: [group - from][lanes of the block]
     */
    static void oneToken(
            MemorySegment codes,
            long block,
            RunLayout layout,
            int from,
            int to,
            short[] tables,
            short[] dots) {
        int groupWords = layout.groupWords();
        int words = layout.words();
        int at = 0;
        long p = block + (long) from * groupWords * STEP;
        int t = from * groupWords * RunWords.TABLE_SHORTS;
        for (int g = from; g < to; g++) {
            ShortVector a0 = ShortVector.zero(Lanes.SHORTS);
            ShortVector a1 = a0;
            ShortVector a2 = a0;
            ShortVector a3 = a0;
            long end = block + Math.min((g + 1) * groupWords, words) * STEP;
            // Few words a group: a loop that the compiler does not split into three.
            do {
                ShortVector w0 = ShortVector.fromMemorySegment(Lanes.SHORTS, codes, p, ORDER);
                ShortVector w1 =
                        ShortVector.fromMemorySegment(Lanes.SHORTS, codes, p + VECTOR_BYTES, ORDER);
                ShortVector w2 =
                        ShortVector.fromMemorySegment(
                                Lanes.SHORTS, codes, p + 2 * VECTOR_BYTES, ORDER);
                ShortVector w3 =
                        ShortVector.fromMemorySegment(
                                Lanes.SHORTS, codes, p + 3 * VECTOR_BYTES, ORDER);
                for (int k = 0; k < RunWords.NARROW; k++) {
                    ShortVector table = ShortVector.fromArray(Lanes.SHORTS, tables, t + k * LANES);
                    a0 = a0.add(w0.selectFrom(table));
                    a1 = a1.add(w1.selectFrom(table));
                    a2 = a2.add(w2.selectFrom(table));
                    a3 = a3.add(w3.selectFrom(table));
                    w0 = w0.lanewise(VectorOperators.LSHR, RunWords.NARROW_BITS);
                    w1 = w1.lanewise(VectorOperators.LSHR, RunWords.NARROW_BITS);
                    w2 = w2.lanewise(VectorOperators.LSHR, RunWords.NARROW_BITS);
                    w3 = w3.lanewise(VectorOperators.LSHR, RunWords.NARROW_BITS);
                }
                for (int k = 0; k < RunWords.WIDE; k++) {
                    int pair = t + (RunWords.NARROW + 2 * k) * LANES;
                    ShortVector low = ShortVector.fromArray(Lanes.SHORTS, tables, pair);
                    ShortVector high = ShortVector.fromArray(Lanes.SHORTS, tables, pair + LANES);
                    a0 = a0.add(w0.selectFrom(low, high));
                    a1 = a1.add(w1.selectFrom(low, high));
                    a2 = a2.add(w2.selectFrom(low, high));
                    a3 = a3.add(w3.selectFrom(low, high));
                    w0 = w0.lanewise(VectorOperators.LSHR, RunWords.WIDE_BITS);
                    w1 = w1.lanewise(VectorOperators.LSHR, RunWords.WIDE_BITS);
                    w2 = w2.lanewise(VectorOperators.LSHR, RunWords.WIDE_BITS);
                    w3 = w3.lanewise(VectorOperators.LSHR, RunWords.WIDE_BITS);
                }
                p += STEP;
                t += RunWords.TABLE_SHORTS;
            } while (p != end);
            a0.intoArray(dots, at);
            a1.intoArray(dots, at + LANES);
            a2.intoArray(dots, at + 2 * LANES);
            a3.intoArray(dots, at + 3 * LANES);
            at += ROWS;
        }
    }

    /**
     * Sums up some groups of a block of rows for two tokens.
     *
     * @param tables [word][vector][2][lanes]
     * @param dots out: token t's [group - from][lanes of the block] from {@code t * stride} on
     */
    static void twoTokens(
            MemorySegment codes,
            long block,
            RunLayout layout,
            int from,
            int to,
            short[] tables,
            short[] dots,
            int stride) {
        int groupWords = layout.groupWords();
        int words = layout.words();
        int out = 0;
        long p = block + (long) from * groupWords * STEP;
        int t = from * groupWords * (2 * RunWords.TABLE_SHORTS);
        for (int g = from; g < to; g++) {
            ShortVector a00 = ShortVector.zero(Lanes.SHORTS);
            ShortVector a01 = a00;
            ShortVector a10 = a00;
            ShortVector a11 = a00;
            ShortVector a20 = a00;
            ShortVector a21 = a00;
            ShortVector a30 = a00;
            ShortVector a31 = a00;
            long end = block + Math.min((g + 1) * groupWords, words) * STEP;
            // Few words a group: a loop that the compiler does not split into three.
            do {
                ShortVector w0 = ShortVector.fromMemorySegment(Lanes.SHORTS, codes, p, ORDER);
                ShortVector w1 =
                        ShortVector.fromMemorySegment(Lanes.SHORTS, codes, p + VECTOR_BYTES, ORDER);
                ShortVector w2 =
                        ShortVector.fromMemorySegment(
                                Lanes.SHORTS, codes, p + 2 * VECTOR_BYTES, ORDER);
                ShortVector w3 =
                        ShortVector.fromMemorySegment(
                                Lanes.SHORTS, codes, p + 3 * VECTOR_BYTES, ORDER);
                for (int k = 0; k < RunWords.NARROW; k++) {
                    ShortVector table = ShortVector.fromArray(Lanes.SHORTS, tables, t);
                    a00 = a00.add(w0.selectFrom(table));
                    a10 = a10.add(w1.selectFrom(table));
                    a20 = a20.add(w2.selectFrom(table));
                    a30 = a30.add(w3.selectFrom(table));
                    table = ShortVector.fromArray(Lanes.SHORTS, tables, t + LANES);
                    a01 = a01.add(w0.selectFrom(table));
                    a11 = a11.add(w1.selectFrom(table));
                    a21 = a21.add(w2.selectFrom(table));
                    a31 = a31.add(w3.selectFrom(table));
                    w0 = w0.lanewise(VectorOperators.LSHR, RunWords.NARROW_BITS);
                    w1 = w1.lanewise(VectorOperators.LSHR, RunWords.NARROW_BITS);
                    w2 = w2.lanewise(VectorOperators.LSHR, RunWords.NARROW_BITS);
                    w3 = w3.lanewise(VectorOperators.LSHR, RunWords.NARROW_BITS);
                    t += 2 * LANES;
                }
                for (int k = 0; k < RunWords.WIDE; k++) {
                    ShortVector low = ShortVector.fromArray(Lanes.SHORTS, tables, t);
                    ShortVector high = ShortVector.fromArray(Lanes.SHORTS, tables, t + 2 * LANES);
                    a00 = a00.add(w0.selectFrom(low, high));
                    a10 = a10.add(w1.selectFrom(low, high));
                    a20 = a20.add(w2.selectFrom(low, high));
                    a30 = a30.add(w3.selectFrom(low, high));
                    low = ShortVector.fromArray(Lanes.SHORTS, tables, t + LANES);
                    high = ShortVector.fromArray(Lanes.SHORTS, tables, t + 3 * LANES);
                    a01 = a01.add(w0.selectFrom(low, high));
                    a11 = a11.add(w1.selectFrom(low, high));
                    a21 = a21.add(w2.selectFrom(low, high));
                    a31 = a31.add(w3.selectFrom(low, high));
                    w0 = w0.lanewise(VectorOperators.LSHR, RunWords.WIDE_BITS);
                    w1 = w1.lanewise(VectorOperators.LSHR, RunWords.WIDE_BITS);
                    w2 = w2.lanewise(VectorOperators.LSHR, RunWords.WIDE_BITS);
                    w3 = w3.lanewise(VectorOperators.LSHR, RunWords.WIDE_BITS);
                    t += 4 * LANES;
                }
                p += STEP;
            } while (p != end);
            a00.intoArray(dots, out);
            a10.intoArray(dots, out + LANES);
            a20.intoArray(dots, out + 2 * LANES);
            a30.intoArray(dots, out + 3 * LANES);
            a01.intoArray(dots, out + stride);
            a11.intoArray(dots, out + stride + LANES);
            a21.intoArray(dots, out + stride + 2 * LANES);
            a31.intoArray(dots, out + stride + 3 * LANES);
            out += ROWS;
        }
    }

    /**
     * Sums up some groups of half a block of rows, two vectors of lanes, for four tokens.
     *
     * @param half byte offset of the half's first word
     * @param tables [word][vector][4][lanes]
     * @param dots out: token t's [group - from][lanes of the block] from {@code at + t * stride}
     *     on, of which the lanes of this half
     */
    static void fourTokens(
            MemorySegment codes,
            long half,
            RunLayout layout,
            int from,
            int to,
            short[] tables,
            short[] dots,
            int at,
            int stride) {
        int groupWords = layout.groupWords();
        int words = layout.words();
        int out = at;
        long p = half + (long) from * groupWords * STEP;
        int t = from * groupWords * (4 * RunWords.TABLE_SHORTS);
        for (int g = from; g < to; g++) {
            ShortVector a00 = ShortVector.zero(Lanes.SHORTS);
            ShortVector a01 = a00;
            ShortVector a02 = a00;
            ShortVector a03 = a00;
            ShortVector a10 = a00;
            ShortVector a11 = a00;
            ShortVector a12 = a00;
            ShortVector a13 = a00;
            long end = half + Math.min((g + 1) * groupWords, words) * STEP;
            // Few words a group: a loop that the compiler does not split into three.
            do {
                ShortVector w0 = ShortVector.fromMemorySegment(Lanes.SHORTS, codes, p, ORDER);
                ShortVector w1 =
                        ShortVector.fromMemorySegment(Lanes.SHORTS, codes, p + VECTOR_BYTES, ORDER);
                for (int k = 0; k < RunWords.NARROW; k++) {
                    ShortVector table = ShortVector.fromArray(Lanes.SHORTS, tables, t);
                    a00 = a00.add(w0.selectFrom(table));
                    a10 = a10.add(w1.selectFrom(table));
                    table = ShortVector.fromArray(Lanes.SHORTS, tables, t + LANES);
                    a01 = a01.add(w0.selectFrom(table));
                    a11 = a11.add(w1.selectFrom(table));
                    table = ShortVector.fromArray(Lanes.SHORTS, tables, t + 2 * LANES);
                    a02 = a02.add(w0.selectFrom(table));
                    a12 = a12.add(w1.selectFrom(table));
                    table = ShortVector.fromArray(Lanes.SHORTS, tables, t + 3 * LANES);
                    a03 = a03.add(w0.selectFrom(table));
                    a13 = a13.add(w1.selectFrom(table));
                    w0 = w0.lanewise(VectorOperators.LSHR, RunWords.NARROW_BITS);
                    w1 = w1.lanewise(VectorOperators.LSHR, RunWords.NARROW_BITS);
                    t += 4 * LANES;
                }
                for (int k = 0; k < RunWords.WIDE; k++) {
                    ShortVector low = ShortVector.fromArray(Lanes.SHORTS, tables, t);
                    ShortVector high = ShortVector.fromArray(Lanes.SHORTS, tables, t + 4 * LANES);
                    a00 = a00.add(w0.selectFrom(low, high));
                    a10 = a10.add(w1.selectFrom(low, high));
                    low = ShortVector.fromArray(Lanes.SHORTS, tables, t + LANES);
                    high = ShortVector.fromArray(Lanes.SHORTS, tables, t + 5 * LANES);
                    a01 = a01.add(w0.selectFrom(low, high));
                    a11 = a11.add(w1.selectFrom(low, high));
                    low = ShortVector.fromArray(Lanes.SHORTS, tables, t + 2 * LANES);
                    high = ShortVector.fromArray(Lanes.SHORTS, tables, t + 6 * LANES);
                    a02 = a02.add(w0.selectFrom(low, high));
                    a12 = a12.add(w1.selectFrom(low, high));
                    low = ShortVector.fromArray(Lanes.SHORTS, tables, t + 3 * LANES);
                    high = ShortVector.fromArray(Lanes.SHORTS, tables, t + 7 * LANES);
                    a03 = a03.add(w0.selectFrom(low, high));
                    a13 = a13.add(w1.selectFrom(low, high));
                    w0 = w0.lanewise(VectorOperators.LSHR, RunWords.WIDE_BITS);
                    w1 = w1.lanewise(VectorOperators.LSHR, RunWords.WIDE_BITS);
                    t += 8 * LANES;
                }
                p += STEP;
            } while (p != end);
            a00.intoArray(dots, out);
            a10.intoArray(dots, out + LANES);
            a01.intoArray(dots, out + stride);
            a11.intoArray(dots, out + stride + LANES);
            a02.intoArray(dots, out + 2 * stride);
            a12.intoArray(dots, out + 2 * stride + LANES);
            a03.intoArray(dots, out + 3 * stride);
            a13.intoArray(dots, out + 3 * stride + LANES);
            out += ROWS;
        }
    }
}
