package dev.trilobit.backend.cpu;

import java.lang.foreign.MemorySegment;
import java.nio.ByteOrder;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorOperators;

/**
 * Kernel for codes of eight bits: rows lie in lanes, and each lane's code becomes an f32 as the
 * last digits of a power of two, which is subtracted again with the code of zero: exact, and
 * cheaper than a conversion.
 */
final class GroupByteKernel implements GroupKernel {
    private static final int LANES = GroupGrid.LANES;
    private static final int ROWS = GroupGrid.BLOCK_ROWS;
    private static final long VECTOR_BYTES = (long) LANES * Integer.BYTES;
    private static final ByteOrder ORDER = ByteOrder.nativeOrder();
    private static final int CODES = Integer.SIZE / 8;
    private static final int HALF_WORD = 16;

    private static final int MASK_0 = 0xff;
    private static final int MASK_1 = 0xff00;

    private static final int EXPONENT_0 = 0x4b000000; // of 2^23
    private static final int EXPONENT_1 = 0x47000000; // of 2^15

    private final int groupWords;
    private final int words;
    private final float zero0;
    private final float zero1;

    /**
     * Makes the kernel of matrices whose codes lie as {@code grid} says.
     *
     * @param centre code of zero
     */
    GroupByteKernel(GroupGrid grid, int centre) {
        this.groupWords = grid.groupWords();
        this.words = grid.words();
        this.zero0 = 0x1p23f + centre;
        this.zero1 = 0x1p15f + centre;
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
        float z0 = zero0;
        float z1 = zero1;
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
                int t = j * CODES;
                for (int stop = t + CODES; t < stop; t += 2) {
                    FloatVector c = FloatVector.broadcast(Lanes.FLOATS, x[t]);
                    a0 = a0.add(w0.and(MASK_0).or(EXPONENT_0).reinterpretAsFloats().sub(z0).mul(c));
                    a1 = a1.add(w1.and(MASK_0).or(EXPONENT_0).reinterpretAsFloats().sub(z0).mul(c));
                    a2 = a2.add(w2.and(MASK_0).or(EXPONENT_0).reinterpretAsFloats().sub(z0).mul(c));
                    a3 = a3.add(w3.and(MASK_0).or(EXPONENT_0).reinterpretAsFloats().sub(z0).mul(c));
                    c = FloatVector.broadcast(Lanes.FLOATS, x[t + 1]);
                    a0 = a0.add(w0.and(MASK_1).or(EXPONENT_1).reinterpretAsFloats().sub(z1).mul(c));
                    a1 = a1.add(w1.and(MASK_1).or(EXPONENT_1).reinterpretAsFloats().sub(z1).mul(c));
                    a2 = a2.add(w2.and(MASK_1).or(EXPONENT_1).reinterpretAsFloats().sub(z1).mul(c));
                    a3 = a3.add(w3.and(MASK_1).or(EXPONENT_1).reinterpretAsFloats().sub(z1).mul(c));
                    w0 = w0.lanewise(VectorOperators.LSHR, HALF_WORD);
                    w1 = w1.lanewise(VectorOperators.LSHR, HALF_WORD);
                    w2 = w2.lanewise(VectorOperators.LSHR, HALF_WORD);
                    w3 = w3.lanewise(VectorOperators.LSHR, HALF_WORD);
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
        float z0 = zero0;
        float z1 = zero1;
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
                int at = j * (CODES * 4);
                for (int stop = at + CODES * 4; at < stop; at += 8) {
                    FloatVector q0 = w0.and(MASK_0).or(EXPONENT_0).reinterpretAsFloats().sub(z0);
                    FloatVector q1 = w1.and(MASK_0).or(EXPONENT_0).reinterpretAsFloats().sub(z0);
                    FloatVector c = FloatVector.broadcast(Lanes.FLOATS, x[at]);
                    a00 = a00.add(q0.mul(c));
                    a10 = a10.add(q1.mul(c));
                    c = FloatVector.broadcast(Lanes.FLOATS, x[at + 1]);
                    a01 = a01.add(q0.mul(c));
                    a11 = a11.add(q1.mul(c));
                    c = FloatVector.broadcast(Lanes.FLOATS, x[at + 2]);
                    a02 = a02.add(q0.mul(c));
                    a12 = a12.add(q1.mul(c));
                    c = FloatVector.broadcast(Lanes.FLOATS, x[at + 3]);
                    a03 = a03.add(q0.mul(c));
                    a13 = a13.add(q1.mul(c));
                    q0 = w0.and(MASK_1).or(EXPONENT_1).reinterpretAsFloats().sub(z1);
                    q1 = w1.and(MASK_1).or(EXPONENT_1).reinterpretAsFloats().sub(z1);
                    c = FloatVector.broadcast(Lanes.FLOATS, x[at + 4]);
                    a00 = a00.add(q0.mul(c));
                    a10 = a10.add(q1.mul(c));
                    c = FloatVector.broadcast(Lanes.FLOATS, x[at + 5]);
                    a01 = a01.add(q0.mul(c));
                    a11 = a11.add(q1.mul(c));
                    c = FloatVector.broadcast(Lanes.FLOATS, x[at + 6]);
                    a02 = a02.add(q0.mul(c));
                    a12 = a12.add(q1.mul(c));
                    c = FloatVector.broadcast(Lanes.FLOATS, x[at + 7]);
                    a03 = a03.add(q0.mul(c));
                    a13 = a13.add(q1.mul(c));
                    w0 = w0.lanewise(VectorOperators.LSHR, HALF_WORD);
                    w1 = w1.lanewise(VectorOperators.LSHR, HALF_WORD);
                }
            }
            FloatVector s0 = FloatVector.fromArray(Lanes.FLOATS, work, scales + (g - from) * ROWS);
            FloatVector s1 =
                    FloatVector.fromArray(Lanes.FLOATS, work, scales + (g - from) * ROWS + LANES);
            int out = sums;
            FloatVector.fromArray(Lanes.FLOATS, work, out)
                    .add(a00.mul(factors[4 * g + 0]).mul(s0))
                    .intoArray(work, out);
            FloatVector.fromArray(Lanes.FLOATS, work, out + LANES)
                    .add(a10.mul(factors[4 * g + 0]).mul(s1))
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
