package dev.trilobit.backend.cpu;

import java.lang.foreign.MemorySegment;
import java.nio.ByteOrder;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorOperators;

/**
 * Kernel for codes of one or two bits: rows lie in lanes, and each lane looks up the sum of the
 * products of a few neighbouring columns in a table of f32. Nothing is fused: every machine with
 * vectors of the same width computes the same bits.
 */
final class GroupLookupKernel implements GroupKernel {
    private static final int LANES = GroupGrid.LANES;
    private static final int ROWS = GroupGrid.BLOCK_ROWS;
    private static final long VECTOR_BYTES = (long) LANES * Integer.BYTES;
    private static final int INDEX_BITS = GroupedLayout.INDEX_BITS;
    private static final int STEPS = Integer.SIZE / INDEX_BITS;
    private static final ByteOrder ORDER = ByteOrder.nativeOrder();

    private final int groupWords;
    private final int words;

    /** Makes the kernel of matrices whose codes lie as {@code grid} says. */
    GroupLookupKernel(GroupGrid grid) {
        this.groupWords = grid.groupWords();
        this.words = grid.words();
    }

    @Override
    public void oneToken(
            MemorySegment codes,
            long block,
            int from,
            int to,
            float[] x,
            float[] factors,
            float[] work,
            int scales,
            int sums) {
        FloatVector f0 = FloatVector.fromArray(Lanes.FLOATS, work, sums);
        FloatVector f1 = FloatVector.fromArray(Lanes.FLOATS, work, sums + LANES);
        FloatVector f2 = FloatVector.fromArray(Lanes.FLOATS, work, sums + 2 * LANES);
        FloatVector f3 = FloatVector.fromArray(Lanes.FLOATS, work, sums + 3 * LANES);
        for (int g = from; g < to; g++) {
            FloatVector a0 = FloatVector.zero(Lanes.FLOATS);
            FloatVector a1 = a0;
            FloatVector a2 = a0;
            FloatVector a3 = a0;
            int end = Math.min((g + 1) * groupWords, words);
            for (int j = g * groupWords; j < end; j++) {
                long p = block + (long) j * GroupGrid.STEP_BYTES;
                IntVector w0 = IntVector.fromMemorySegment(Lanes.INTS, codes, p, ORDER);
                IntVector w1 =
                        IntVector.fromMemorySegment(Lanes.INTS, codes, p + VECTOR_BYTES, ORDER);
                IntVector w2 =
                        IntVector.fromMemorySegment(Lanes.INTS, codes, p + 2 * VECTOR_BYTES, ORDER);
                IntVector w3 =
                        IntVector.fromMemorySegment(Lanes.INTS, codes, p + 3 * VECTOR_BYTES, ORDER);
                int t = j * (STEPS * LANES);
                for (int k = 0; k < STEPS; k++) {
                    IntVector table = FloatVector.fromArray(Lanes.FLOATS, x, t).reinterpretAsInts();
                    a0 = a0.add(w0.selectFrom(table).reinterpretAsFloats());
                    a1 = a1.add(w1.selectFrom(table).reinterpretAsFloats());
                    a2 = a2.add(w2.selectFrom(table).reinterpretAsFloats());
                    a3 = a3.add(w3.selectFrom(table).reinterpretAsFloats());
                    w0 = w0.lanewise(VectorOperators.LSHR, INDEX_BITS);
                    w1 = w1.lanewise(VectorOperators.LSHR, INDEX_BITS);
                    w2 = w2.lanewise(VectorOperators.LSHR, INDEX_BITS);
                    w3 = w3.lanewise(VectorOperators.LSHR, INDEX_BITS);
                    t += LANES;
                }
            }
            int at = scales + (g - from) * ROWS;
            float f = factors[g];
            f0 = f0.add(a0.mul(f).mul(FloatVector.fromArray(Lanes.FLOATS, work, at)));
            f1 = f1.add(a1.mul(f).mul(FloatVector.fromArray(Lanes.FLOATS, work, at + LANES)));
            f2 = f2.add(a2.mul(f).mul(FloatVector.fromArray(Lanes.FLOATS, work, at + 2 * LANES)));
            f3 = f3.add(a3.mul(f).mul(FloatVector.fromArray(Lanes.FLOATS, work, at + 3 * LANES)));
        }
        f0.intoArray(work, sums);
        f1.intoArray(work, sums + LANES);
        f2.intoArray(work, sums + 2 * LANES);
        f3.intoArray(work, sums + 3 * LANES);
    }

    @Override
    public void fourTokens(
            MemorySegment codes,
            long half,
            int from,
            int to,
            float[] x,
            float[] factors,
            float[] work,
            int scales,
            int sums,
            int stride) {
        for (int g = from; g < to; g++) {
            FloatVector a00 = FloatVector.zero(Lanes.FLOATS);
            FloatVector a01 = a00;
            FloatVector a02 = a00;
            FloatVector a03 = a00;
            FloatVector a10 = a00;
            FloatVector a11 = a00;
            FloatVector a12 = a00;
            FloatVector a13 = a00;
            int end = Math.min((g + 1) * groupWords, words);
            for (int j = g * groupWords; j < end; j++) {
                long p = half + (long) j * GroupGrid.STEP_BYTES;
                IntVector w0 = IntVector.fromMemorySegment(Lanes.INTS, codes, p, ORDER);
                IntVector w1 =
                        IntVector.fromMemorySegment(Lanes.INTS, codes, p + VECTOR_BYTES, ORDER);
                int at = j * (STEPS * 4 * LANES);
                for (int k = 0; k < STEPS; k++) {
                    IntVector table =
                            FloatVector.fromArray(Lanes.FLOATS, x, at).reinterpretAsInts();
                    a00 = a00.add(w0.selectFrom(table).reinterpretAsFloats());
                    a10 = a10.add(w1.selectFrom(table).reinterpretAsFloats());
                    table = FloatVector.fromArray(Lanes.FLOATS, x, at + LANES).reinterpretAsInts();
                    a01 = a01.add(w0.selectFrom(table).reinterpretAsFloats());
                    a11 = a11.add(w1.selectFrom(table).reinterpretAsFloats());
                    table =
                            FloatVector.fromArray(Lanes.FLOATS, x, at + 2 * LANES)
                                    .reinterpretAsInts();
                    a02 = a02.add(w0.selectFrom(table).reinterpretAsFloats());
                    a12 = a12.add(w1.selectFrom(table).reinterpretAsFloats());
                    table =
                            FloatVector.fromArray(Lanes.FLOATS, x, at + 3 * LANES)
                                    .reinterpretAsInts();
                    a03 = a03.add(w0.selectFrom(table).reinterpretAsFloats());
                    a13 = a13.add(w1.selectFrom(table).reinterpretAsFloats());
                    w0 = w0.lanewise(VectorOperators.LSHR, INDEX_BITS);
                    w1 = w1.lanewise(VectorOperators.LSHR, INDEX_BITS);
                    at += 4 * LANES;
                }
            }
            FloatVector s0 = FloatVector.fromArray(Lanes.FLOATS, work, scales + (g - from) * ROWS);
            FloatVector s1 =
                    FloatVector.fromArray(Lanes.FLOATS, work, scales + (g - from) * ROWS + LANES);
            int out = sums;
            FloatVector.fromArray(Lanes.FLOATS, work, out)
                    .add(a00.mul(factors[4 * g]).mul(s0))
                    .intoArray(work, out);
            FloatVector.fromArray(Lanes.FLOATS, work, out + LANES)
                    .add(a10.mul(factors[4 * g]).mul(s1))
                    .intoArray(work, out + LANES);
            out += stride;
            FloatVector.fromArray(Lanes.FLOATS, work, out)
                    .add(a01.mul(factors[4 * g + 1]).mul(s0))
                    .intoArray(work, out);
            FloatVector.fromArray(Lanes.FLOATS, work, out + LANES)
                    .add(a11.mul(factors[4 * g + 1]).mul(s1))
                    .intoArray(work, out + LANES);
            out += stride;
            FloatVector.fromArray(Lanes.FLOATS, work, out)
                    .add(a02.mul(factors[4 * g + 2]).mul(s0))
                    .intoArray(work, out);
            FloatVector.fromArray(Lanes.FLOATS, work, out + LANES)
                    .add(a12.mul(factors[4 * g + 2]).mul(s1))
                    .intoArray(work, out + LANES);
            out += stride;
            FloatVector.fromArray(Lanes.FLOATS, work, out)
                    .add(a03.mul(factors[4 * g + 3]).mul(s0))
                    .intoArray(work, out);
            FloatVector.fromArray(Lanes.FLOATS, work, out + LANES)
                    .add(a13.mul(factors[4 * g + 3]).mul(s1))
                    .intoArray(work, out + LANES);
        }
    }
}
