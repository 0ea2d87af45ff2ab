package dev.trilobit.backend.cpu;

import java.lang.foreign.MemorySegment;
import java.nio.ByteOrder;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorOperators;

/**
 * Kernel for codes of four or eight bits: rows lie in lanes, and each lane's code is converted to
 * f32 and multiplied. Nothing is fused: every machine computes the same bits.
 */
final class GroupMultiplyKernel implements GroupKernel {
    private static final int LANES = GroupGrid.LANES;
    private static final int ROWS = GroupGrid.BLOCK_ROWS;
    private static final long VECTOR_BYTES = (long) LANES * Integer.BYTES;
    private static final ByteOrder ORDER = ByteOrder.nativeOrder();

    private final int groupWords;
    private final int words;
    private final int codeBits;
    private final int codeMask;
    private final int centre;
    private final int steps;

    /**
     * Makes the kernel of matrices whose codes lie as {@code grid} says.
     *
     * @param centre code of zero
     */
    GroupMultiplyKernel(GroupGrid grid, int centre) {
        this.centre = centre;
        this.groupWords = grid.groupWords();
        this.words = grid.words();
        this.codeBits = grid.slotBits();
        this.codeMask = (1 << codeBits) - 1;
        this.steps = Integer.SIZE / codeBits;
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
        int shift = codeBits;
        int mask = codeMask;
        int zero = centre;
        int count = steps;
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
                int t = j * count;
                for (int k = 0; k < count; k++) {
                    FloatVector c = FloatVector.broadcast(Lanes.FLOATS, x[t + k]);
                    FloatVector q0 =
                            (FloatVector) w0.and(mask).sub(zero).convert(VectorOperators.I2F, 0);
                    FloatVector q1 =
                            (FloatVector) w1.and(mask).sub(zero).convert(VectorOperators.I2F, 0);
                    FloatVector q2 =
                            (FloatVector) w2.and(mask).sub(zero).convert(VectorOperators.I2F, 0);
                    FloatVector q3 =
                            (FloatVector) w3.and(mask).sub(zero).convert(VectorOperators.I2F, 0);
                    a0 = a0.add(q0.mul(c));
                    a1 = a1.add(q1.mul(c));
                    a2 = a2.add(q2.mul(c));
                    a3 = a3.add(q3.mul(c));
                    w0 = w0.lanewise(VectorOperators.LSHR, shift);
                    w1 = w1.lanewise(VectorOperators.LSHR, shift);
                    w2 = w2.lanewise(VectorOperators.LSHR, shift);
                    w3 = w3.lanewise(VectorOperators.LSHR, shift);
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
        int shift = codeBits;
        int mask = codeMask;
        int zero = centre;
        int count = steps;
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
                int at = j * count * 4;
                for (int k = 0; k < count; k++) {
                    FloatVector q0 =
                            (FloatVector) w0.and(mask).sub(zero).convert(VectorOperators.I2F, 0);
                    FloatVector q1 =
                            (FloatVector) w1.and(mask).sub(zero).convert(VectorOperators.I2F, 0);
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
                    w0 = w0.lanewise(VectorOperators.LSHR, shift);
                    w1 = w1.lanewise(VectorOperators.LSHR, shift);
                    at += 4;
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
