package dev.trilobit.backend.cpu;

import java.lang.foreign.MemorySegment;
import java.nio.ByteOrder;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.ShortVector;
import jdk.incubator.vector.VectorOperators;

/**
 * Loops over {@link TernaryWords}: rows lie in lanes, each lane looks up the sum of a few products
 * and adds it as int16, and every {@link TernaryWords#FLUSH_WORDS} words the sums move to int32.
 *
 * <p>The accumulators are written out by hand: past a size of method the compiler no longer inlines
 * calls that take or return vectors, and would box them.
 */
final class TernaryInt8Kernels {
    private static final int LANES = TernaryWords.LANES;
    private static final int INTS = LANES / 2;
    private static final long VECTOR_BYTES = (long) LANES * Short.BYTES;
    private static final ByteOrder ORDER = ByteOrder.nativeOrder();

    private TernaryInt8Kernels() {}

    /**
     * Adds the products of a block of rows with one token.
     *
     * @param codes whole matrix
     * @param block byte offset of the block
     * @param tables [lookup][lanes]
     * @param from first word
     * @param to word after the last
     * @param sums in and out: {@code BLOCK_ROWS} dot products from {@code at} on
     */
    static void oneToken(
            MemorySegment codes, long block, short[] tables, int from, int to, int[] sums, int at) {
        IntVector lo0 = IntVector.fromArray(Lanes.INTS, sums, at);
        IntVector hi0 = IntVector.fromArray(Lanes.INTS, sums, at + INTS);
        IntVector lo1 = IntVector.fromArray(Lanes.INTS, sums, at + 2 * INTS);
        IntVector hi1 = IntVector.fromArray(Lanes.INTS, sums, at + 3 * INTS);
        IntVector lo2 = IntVector.fromArray(Lanes.INTS, sums, at + 4 * INTS);
        IntVector hi2 = IntVector.fromArray(Lanes.INTS, sums, at + 5 * INTS);
        IntVector lo3 = IntVector.fromArray(Lanes.INTS, sums, at + 6 * INTS);
        IntVector hi3 = IntVector.fromArray(Lanes.INTS, sums, at + 7 * INTS);
        for (int start = from; start < to; start += TernaryWords.FLUSH_WORDS) {
            int end = Math.min(start + TernaryWords.FLUSH_WORDS, to);
            ShortVector a0 = ShortVector.zero(Lanes.SHORTS);
            ShortVector a1 = a0;
            ShortVector a2 = a0;
            ShortVector a3 = a0;
            for (int j = start; j < end; j++) {
                long p = block + (long) j * TernaryWords.STEP_BYTES;
                ShortVector w0 = ShortVector.fromMemorySegment(Lanes.SHORTS, codes, p, ORDER);
                ShortVector w1 =
                        ShortVector.fromMemorySegment(Lanes.SHORTS, codes, p + VECTOR_BYTES, ORDER);
                ShortVector w2 =
                        ShortVector.fromMemorySegment(
                                Lanes.SHORTS, codes, p + 2 * VECTOR_BYTES, ORDER);
                ShortVector w3 =
                        ShortVector.fromMemorySegment(
                                Lanes.SHORTS, codes, p + 3 * VECTOR_BYTES, ORDER);
                int t = j * (TernaryWords.LOOKUPS * LANES);
                for (int k = 0; k < TernaryWords.LOOKUPS; k++) {
                    ShortVector table = ShortVector.fromArray(Lanes.SHORTS, tables, t + k * LANES);
                    a0 = a0.add(w0.selectFrom(table));
                    a1 = a1.add(w1.selectFrom(table));
                    a2 = a2.add(w2.selectFrom(table));
                    a3 = a3.add(w3.selectFrom(table));
                    w0 = w0.lanewise(VectorOperators.LSHR, TernaryWords.INDEX_BITS);
                    w1 = w1.lanewise(VectorOperators.LSHR, TernaryWords.INDEX_BITS);
                    w2 = w2.lanewise(VectorOperators.LSHR, TernaryWords.INDEX_BITS);
                    w3 = w3.lanewise(VectorOperators.LSHR, TernaryWords.INDEX_BITS);
                }
            }
            IntVector v = a0.reinterpretAsInts();
            lo0 = lo0.add(v.lanewise(VectorOperators.LSHL, 16).lanewise(VectorOperators.ASHR, 16));
            hi0 = hi0.add(v.lanewise(VectorOperators.ASHR, 16));
            v = a1.reinterpretAsInts();
            lo1 = lo1.add(v.lanewise(VectorOperators.LSHL, 16).lanewise(VectorOperators.ASHR, 16));
            hi1 = hi1.add(v.lanewise(VectorOperators.ASHR, 16));
            v = a2.reinterpretAsInts();
            lo2 = lo2.add(v.lanewise(VectorOperators.LSHL, 16).lanewise(VectorOperators.ASHR, 16));
            hi2 = hi2.add(v.lanewise(VectorOperators.ASHR, 16));
            v = a3.reinterpretAsInts();
            lo3 = lo3.add(v.lanewise(VectorOperators.LSHL, 16).lanewise(VectorOperators.ASHR, 16));
            hi3 = hi3.add(v.lanewise(VectorOperators.ASHR, 16));
        }
        lo0.intoArray(sums, at);
        hi0.intoArray(sums, at + INTS);
        lo1.intoArray(sums, at + 2 * INTS);
        hi1.intoArray(sums, at + 3 * INTS);
        lo2.intoArray(sums, at + 4 * INTS);
        hi2.intoArray(sums, at + 5 * INTS);
        lo3.intoArray(sums, at + 6 * INTS);
        hi3.intoArray(sums, at + 7 * INTS);
    }

    /**
     * Adds the products of half a block of rows, two vectors of lanes, with four tokens.
     *
     * @param codes whole matrix
     * @param half byte offset of the half's first word
     * @param tables [lookup][4][lanes]
     * @param from first word
     * @param to word after the last, at most {@code FLUSH_WORDS} further
     * @param sums in and out: token t's 2 * lanes dot products from {@code at + t * stride} on
     */
    static void fourTokens(
            MemorySegment codes,
            long half,
            short[] tables,
            int from,
            int to,
            int[] sums,
            int at,
            int stride) {
        ShortVector a00 = ShortVector.zero(Lanes.SHORTS);
        ShortVector a01 = a00;
        ShortVector a02 = a00;
        ShortVector a03 = a00;
        ShortVector a10 = a00;
        ShortVector a11 = a00;
        ShortVector a12 = a00;
        ShortVector a13 = a00;
        for (int j = from; j < to; j++) {
            long p = half + (long) j * TernaryWords.STEP_BYTES;
            ShortVector w0 = ShortVector.fromMemorySegment(Lanes.SHORTS, codes, p, ORDER);
            ShortVector w1 =
                    ShortVector.fromMemorySegment(Lanes.SHORTS, codes, p + VECTOR_BYTES, ORDER);
            int t = j * (TernaryWords.LOOKUPS * 4 * LANES);
            for (int k = 0; k < TernaryWords.LOOKUPS; k++) {
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
                w0 = w0.lanewise(VectorOperators.LSHR, TernaryWords.INDEX_BITS);
                w1 = w1.lanewise(VectorOperators.LSHR, TernaryWords.INDEX_BITS);
                t += 4 * LANES;
            }
        }
        int out = at;
        IntVector v = a00.reinterpretAsInts();
        v.lanewise(VectorOperators.LSHL, 16)
                .lanewise(VectorOperators.ASHR, 16)
                .add(IntVector.fromArray(Lanes.INTS, sums, out))
                .intoArray(sums, out);
        v.lanewise(VectorOperators.ASHR, 16)
                .add(IntVector.fromArray(Lanes.INTS, sums, out + INTS))
                .intoArray(sums, out + INTS);
        v = a10.reinterpretAsInts();
        v.lanewise(VectorOperators.LSHL, 16)
                .lanewise(VectorOperators.ASHR, 16)
                .add(IntVector.fromArray(Lanes.INTS, sums, out + 2 * INTS))
                .intoArray(sums, out + 2 * INTS);
        v.lanewise(VectorOperators.ASHR, 16)
                .add(IntVector.fromArray(Lanes.INTS, sums, out + 3 * INTS))
                .intoArray(sums, out + 3 * INTS);
        out += stride;
        v = a01.reinterpretAsInts();
        v.lanewise(VectorOperators.LSHL, 16)
                .lanewise(VectorOperators.ASHR, 16)
                .add(IntVector.fromArray(Lanes.INTS, sums, out))
                .intoArray(sums, out);
        v.lanewise(VectorOperators.ASHR, 16)
                .add(IntVector.fromArray(Lanes.INTS, sums, out + INTS))
                .intoArray(sums, out + INTS);
        v = a11.reinterpretAsInts();
        v.lanewise(VectorOperators.LSHL, 16)
                .lanewise(VectorOperators.ASHR, 16)
                .add(IntVector.fromArray(Lanes.INTS, sums, out + 2 * INTS))
                .intoArray(sums, out + 2 * INTS);
        v.lanewise(VectorOperators.ASHR, 16)
                .add(IntVector.fromArray(Lanes.INTS, sums, out + 3 * INTS))
                .intoArray(sums, out + 3 * INTS);
        out += stride;
        v = a02.reinterpretAsInts();
        v.lanewise(VectorOperators.LSHL, 16)
                .lanewise(VectorOperators.ASHR, 16)
                .add(IntVector.fromArray(Lanes.INTS, sums, out))
                .intoArray(sums, out);
        v.lanewise(VectorOperators.ASHR, 16)
                .add(IntVector.fromArray(Lanes.INTS, sums, out + INTS))
                .intoArray(sums, out + INTS);
        v = a12.reinterpretAsInts();
        v.lanewise(VectorOperators.LSHL, 16)
                .lanewise(VectorOperators.ASHR, 16)
                .add(IntVector.fromArray(Lanes.INTS, sums, out + 2 * INTS))
                .intoArray(sums, out + 2 * INTS);
        v.lanewise(VectorOperators.ASHR, 16)
                .add(IntVector.fromArray(Lanes.INTS, sums, out + 3 * INTS))
                .intoArray(sums, out + 3 * INTS);
        out += stride;
        v = a03.reinterpretAsInts();
        v.lanewise(VectorOperators.LSHL, 16)
                .lanewise(VectorOperators.ASHR, 16)
                .add(IntVector.fromArray(Lanes.INTS, sums, out))
                .intoArray(sums, out);
        v.lanewise(VectorOperators.ASHR, 16)
                .add(IntVector.fromArray(Lanes.INTS, sums, out + INTS))
                .intoArray(sums, out + INTS);
        v = a13.reinterpretAsInts();
        v.lanewise(VectorOperators.LSHL, 16)
                .lanewise(VectorOperators.ASHR, 16)
                .add(IntVector.fromArray(Lanes.INTS, sums, out + 2 * INTS))
                .intoArray(sums, out + 2 * INTS);
        v.lanewise(VectorOperators.ASHR, 16)
                .add(IntVector.fromArray(Lanes.INTS, sums, out + 3 * INTS))
                .intoArray(sums, out + 3 * INTS);
    }
}
