package dev.trilobit.backend.cpu;

import java.lang.foreign.MemorySegment;
import java.nio.ByteOrder;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.ShortVector;
import jdk.incubator.vector.VectorOperators;

/**
 * Loops over {@link TernaryWords}: rows lie in lanes, each lane looks up the sum of a few products
 * and adds it as int16. The int16 sums stay in memory from chunk to chunk and move to int32 when
 * the caller says so, before they could overflow.
 *
 * <p>Words are shifted as ints, because only those have a shift by a constant. What comes down from
 * the upper half lies above the index bits, where lookups do not look.
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
     * @param sums in and out: the rows' from {@code at} on
     */
    static void oneToken(
            MemorySegment codes,
            long block,
            int words,
            short[] tables,
            int first,
            short[] sums,
            int at) {
        ShortVector a00 = ShortVector.fromArray(Lanes.SHORTS, sums, at);
        ShortVector a10 = ShortVector.fromArray(Lanes.SHORTS, sums, at + LANES);
        ShortVector a20 = ShortVector.fromArray(Lanes.SHORTS, sums, at + 2 * LANES);
        ShortVector a30 = ShortVector.fromArray(Lanes.SHORTS, sums, at + 3 * LANES);
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
                w0 =
                        w0.reinterpretAsInts()
                                .lanewise(VectorOperators.LSHR, TernaryWords.INDEX_BITS)
                                .reinterpretAsShorts();
                w1 =
                        w1.reinterpretAsInts()
                                .lanewise(VectorOperators.LSHR, TernaryWords.INDEX_BITS)
                                .reinterpretAsShorts();
                w2 =
                        w2.reinterpretAsInts()
                                .lanewise(VectorOperators.LSHR, TernaryWords.INDEX_BITS)
                                .reinterpretAsShorts();
                w3 =
                        w3.reinterpretAsInts()
                                .lanewise(VectorOperators.LSHR, TernaryWords.INDEX_BITS)
                                .reinterpretAsShorts();
                t += LANES;
            }
        }
        a00.intoArray(sums, at);
        a10.intoArray(sums, at + LANES);
        a20.intoArray(sums, at + 2 * LANES);
        a30.intoArray(sums, at + 3 * LANES);
    }

    /**
     * Adds the products of a block of rows with two tokens.
     *
     * @param codes whole matrix
     * @param block byte offset of the first word
     * @param words at most {@code FLUSH_WORDS}
     * @param tables [lookup][2][lanes]
     * @param first where the tables of the first word begin
     * @param sums in and out: token t's rows from {@code at + t * stride} on
     */
    static void twoTokens(
            MemorySegment codes,
            long block,
            int words,
            short[] tables,
            int first,
            short[] sums,
            int at,
            int stride) {
        int at1 = at + stride;
        ShortVector a00 = ShortVector.fromArray(Lanes.SHORTS, sums, at);
        ShortVector a10 = ShortVector.fromArray(Lanes.SHORTS, sums, at + LANES);
        ShortVector a20 = ShortVector.fromArray(Lanes.SHORTS, sums, at + 2 * LANES);
        ShortVector a30 = ShortVector.fromArray(Lanes.SHORTS, sums, at + 3 * LANES);
        ShortVector a01 = ShortVector.fromArray(Lanes.SHORTS, sums, at1);
        ShortVector a11 = ShortVector.fromArray(Lanes.SHORTS, sums, at1 + LANES);
        ShortVector a21 = ShortVector.fromArray(Lanes.SHORTS, sums, at1 + 2 * LANES);
        ShortVector a31 = ShortVector.fromArray(Lanes.SHORTS, sums, at1 + 3 * LANES);
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
                w0 =
                        w0.reinterpretAsInts()
                                .lanewise(VectorOperators.LSHR, TernaryWords.INDEX_BITS)
                                .reinterpretAsShorts();
                w1 =
                        w1.reinterpretAsInts()
                                .lanewise(VectorOperators.LSHR, TernaryWords.INDEX_BITS)
                                .reinterpretAsShorts();
                w2 =
                        w2.reinterpretAsInts()
                                .lanewise(VectorOperators.LSHR, TernaryWords.INDEX_BITS)
                                .reinterpretAsShorts();
                w3 =
                        w3.reinterpretAsInts()
                                .lanewise(VectorOperators.LSHR, TernaryWords.INDEX_BITS)
                                .reinterpretAsShorts();
                t += 2 * LANES;
            }
        }
        a00.intoArray(sums, at);
        a10.intoArray(sums, at + LANES);
        a20.intoArray(sums, at + 2 * LANES);
        a30.intoArray(sums, at + 3 * LANES);
        a01.intoArray(sums, at1);
        a11.intoArray(sums, at1 + LANES);
        a21.intoArray(sums, at1 + 2 * LANES);
        a31.intoArray(sums, at1 + 3 * LANES);
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
            short[] sums,
            int at,
            int stride) {
        int at1 = at + stride;
        int at2 = at + 2 * stride;
        int at3 = at + 3 * stride;
        ShortVector a00 = ShortVector.fromArray(Lanes.SHORTS, sums, at);
        ShortVector a10 = ShortVector.fromArray(Lanes.SHORTS, sums, at + LANES);
        ShortVector a01 = ShortVector.fromArray(Lanes.SHORTS, sums, at1);
        ShortVector a11 = ShortVector.fromArray(Lanes.SHORTS, sums, at1 + LANES);
        ShortVector a02 = ShortVector.fromArray(Lanes.SHORTS, sums, at2);
        ShortVector a12 = ShortVector.fromArray(Lanes.SHORTS, sums, at2 + LANES);
        ShortVector a03 = ShortVector.fromArray(Lanes.SHORTS, sums, at3);
        ShortVector a13 = ShortVector.fromArray(Lanes.SHORTS, sums, at3 + LANES);
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
                w0 =
                        w0.reinterpretAsInts()
                                .lanewise(VectorOperators.LSHR, TernaryWords.INDEX_BITS)
                                .reinterpretAsShorts();
                w1 =
                        w1.reinterpretAsInts()
                                .lanewise(VectorOperators.LSHR, TernaryWords.INDEX_BITS)
                                .reinterpretAsShorts();
                t += 4 * LANES;
            }
        }
        a00.intoArray(sums, at);
        a10.intoArray(sums, at + LANES);
        a01.intoArray(sums, at1);
        a11.intoArray(sums, at1 + LANES);
        a02.intoArray(sums, at2);
        a12.intoArray(sums, at2 + LANES);
        a03.intoArray(sums, at3);
        a13.intoArray(sums, at3 + LANES);
    }

    /**
     * Adds int16 sums to int32 ones and leaves zeros in their place. Even lanes go before odd ones.
     *
     * @param count elements, a multiple of the lanes
     */
    static void widen(short[] sums, int[] wide, int count) {
        for (int i = 0; i < count; i += LANES) {
            IntVector pair = ShortVector.fromArray(Lanes.SHORTS, sums, i).reinterpretAsInts();
            pair.lanewise(VectorOperators.LSHL, 16)
                    .lanewise(VectorOperators.ASHR, 16)
                    .add(IntVector.fromArray(Lanes.INTS, wide, i))
                    .intoArray(wide, i);
            pair.lanewise(VectorOperators.ASHR, 16)
                    .add(IntVector.fromArray(Lanes.INTS, wide, i + INTS))
                    .intoArray(wide, i + INTS);
            ShortVector.zero(Lanes.SHORTS).intoArray(sums, i);
        }
    }
}
