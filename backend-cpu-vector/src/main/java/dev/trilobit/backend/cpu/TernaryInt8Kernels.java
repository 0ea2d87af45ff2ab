package dev.trilobit.backend.cpu;

import java.lang.foreign.MemorySegment;
import java.nio.ByteOrder;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.ShortVector;
import jdk.incubator.vector.VectorOperators;

/**
 * Loops over {@link TernaryWords}: rows lie in lanes, each lane looks up the sum of a few products
 * and adds it as int16, and after a chunk of words the sums move to int32.
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
     * @param block byte offset of the first word
     * @param words at most {@code FLUSH_WORDS}
     * @param tables [lookup][lanes]
     * @param first where the tables of the first word begin
     * @param work in and out: its sums, the rows' from {@code at} on
     */
    static void oneToken(
            MemorySegment codes,
            long block,
            int words,
            short[] tables,
            int first,
            TernaryScratch work,
            int at) {
        ShortVector a00 = ShortVector.zero(Lanes.SHORTS);
        ShortVector a10 = a00;
        ShortVector a20 = a00;
        ShortVector a30 = a00;
        for (int j = 0; j < words; j++) {
            long p = block + (long) j * TernaryWords.STEP_BYTES;
            ShortVector w0 = ShortVector.fromMemorySegment(Lanes.SHORTS, codes, p, ORDER);
            ShortVector w1 =
                    ShortVector.fromMemorySegment(Lanes.SHORTS, codes, p + VECTOR_BYTES, ORDER);
            ShortVector w2 =
                    ShortVector.fromMemorySegment(Lanes.SHORTS, codes, p + 2 * VECTOR_BYTES, ORDER);
            ShortVector w3 =
                    ShortVector.fromMemorySegment(Lanes.SHORTS, codes, p + 3 * VECTOR_BYTES, ORDER);
            int t = first + j * (TernaryWords.LOOKUPS * LANES);
            for (int k = 0; k < TernaryWords.LOOKUPS; k++) {
                ShortVector table = ShortVector.fromArray(Lanes.SHORTS, tables, t);
                a00 = a00.add(w0.selectFrom(table));
                a10 = a10.add(w1.selectFrom(table));
                a20 = a20.add(w2.selectFrom(table));
                a30 = a30.add(w3.selectFrom(table));
                w0 = w0.lanewise(VectorOperators.LSHR, TernaryWords.INDEX_BITS);
                w1 = w1.lanewise(VectorOperators.LSHR, TernaryWords.INDEX_BITS);
                w2 = w2.lanewise(VectorOperators.LSHR, TernaryWords.INDEX_BITS);
                w3 = w3.lanewise(VectorOperators.LSHR, TernaryWords.INDEX_BITS);
                t += LANES;
            }
        }
        short[] lanes = work.lanes;
        a00.intoArray(lanes, 0);
        a10.intoArray(lanes, LANES);
        a20.intoArray(lanes, 2 * LANES);
        a30.intoArray(lanes, 3 * LANES);
        widen(lanes, 4, 1, work.sums, at, 0);
    }

    /**
     * Adds the products of a block of rows with two tokens.
     *
     * @param codes whole matrix
     * @param block byte offset of the first word
     * @param words at most {@code FLUSH_WORDS}
     * @param tables [lookup][2][lanes]
     * @param first where the tables of the first word begin
     * @param work in and out: its sums; token t's rows from {@code at + t * stride} on
     */
    static void twoTokens(
            MemorySegment codes,
            long block,
            int words,
            short[] tables,
            int first,
            TernaryScratch work,
            int at,
            int stride) {
        ShortVector a00 = ShortVector.zero(Lanes.SHORTS);
        ShortVector a10 = a00;
        ShortVector a20 = a00;
        ShortVector a30 = a00;
        ShortVector a01 = a00;
        ShortVector a11 = a00;
        ShortVector a21 = a00;
        ShortVector a31 = a00;
        for (int j = 0; j < words; j++) {
            long p = block + (long) j * TernaryWords.STEP_BYTES;
            ShortVector w0 = ShortVector.fromMemorySegment(Lanes.SHORTS, codes, p, ORDER);
            ShortVector w1 =
                    ShortVector.fromMemorySegment(Lanes.SHORTS, codes, p + VECTOR_BYTES, ORDER);
            ShortVector w2 =
                    ShortVector.fromMemorySegment(Lanes.SHORTS, codes, p + 2 * VECTOR_BYTES, ORDER);
            ShortVector w3 =
                    ShortVector.fromMemorySegment(Lanes.SHORTS, codes, p + 3 * VECTOR_BYTES, ORDER);
            int t = first + j * (TernaryWords.LOOKUPS * 2 * LANES);
            for (int k = 0; k < TernaryWords.LOOKUPS; k++) {
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
                w0 = w0.lanewise(VectorOperators.LSHR, TernaryWords.INDEX_BITS);
                w1 = w1.lanewise(VectorOperators.LSHR, TernaryWords.INDEX_BITS);
                w2 = w2.lanewise(VectorOperators.LSHR, TernaryWords.INDEX_BITS);
                w3 = w3.lanewise(VectorOperators.LSHR, TernaryWords.INDEX_BITS);
                t += 2 * LANES;
            }
        }
        short[] lanes = work.lanes;
        a00.intoArray(lanes, 0);
        a10.intoArray(lanes, LANES);
        a20.intoArray(lanes, 2 * LANES);
        a30.intoArray(lanes, 3 * LANES);
        a01.intoArray(lanes, 4 * LANES);
        a11.intoArray(lanes, 5 * LANES);
        a21.intoArray(lanes, 6 * LANES);
        a31.intoArray(lanes, 7 * LANES);
        widen(lanes, 4, 2, work.sums, at, stride);
    }

    /**
     * Adds the products of half a block of rows, two vectors of lanes, with four tokens.
     *
     * @param codes whole matrix
     * @param block byte offset of the first word
     * @param words at most {@code FLUSH_WORDS}
     * @param tables [lookup][4][lanes]
     * @param first where the tables of the first word begin
     * @param sums in and out: token t's rows from {@code at + t * stride} on
     */
    static void fourTokens(
            MemorySegment codes,
            long block,
            int words,
            short[] tables,
            int first,
            int[] sums,
            int at,
            int stride) {
        ShortVector a00 = ShortVector.zero(Lanes.SHORTS);
        ShortVector a10 = a00;
        ShortVector a01 = a00;
        ShortVector a11 = a00;
        ShortVector a02 = a00;
        ShortVector a12 = a00;
        ShortVector a03 = a00;
        ShortVector a13 = a00;
        for (int j = 0; j < words; j++) {
            long p = block + (long) j * TernaryWords.STEP_BYTES;
            ShortVector w0 = ShortVector.fromMemorySegment(Lanes.SHORTS, codes, p, ORDER);
            ShortVector w1 =
                    ShortVector.fromMemorySegment(Lanes.SHORTS, codes, p + VECTOR_BYTES, ORDER);
            int t = first + j * (TernaryWords.LOOKUPS * 4 * LANES);
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

    /**
     * Adds int16 sums, [token][vector][lanes], to the int32 ones; even lanes go before odd ones.
     */
    private static void widen(
            short[] lanes, int vectors, int tokens, int[] sums, int at, int stride) {
        int from = 0;
        for (int t = 0; t < tokens; t++) {
            int out = at + t * stride;
            for (int i = 0; i < vectors; i++) {
                IntVector pair =
                        ShortVector.fromArray(Lanes.SHORTS, lanes, from).reinterpretAsInts();
                pair.lanewise(VectorOperators.LSHL, 16)
                        .lanewise(VectorOperators.ASHR, 16)
                        .add(IntVector.fromArray(Lanes.INTS, sums, out))
                        .intoArray(sums, out);
                pair.lanewise(VectorOperators.ASHR, 16)
                        .add(IntVector.fromArray(Lanes.INTS, sums, out + INTS))
                        .intoArray(sums, out + INTS);
                from += LANES;
                out += LANES;
            }
        }
    }
}
