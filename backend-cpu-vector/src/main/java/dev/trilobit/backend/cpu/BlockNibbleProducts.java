package dev.trilobit.backend.cpu;

import java.lang.foreign.MemorySegment;
import java.nio.ByteOrder;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorOperators;

/**
 * Kernel for codes of four bits: Q4_0, Q4_1 and Q4_K. As {@link BlockByteKernel}, with four codes
 * to half a word.
 */
final class BlockNibbleProducts implements BlockProducts {
    private static final int LANES = GroupGrid.LANES;
    private static final int ROWS = GroupGrid.BLOCK_ROWS;
    private static final long VECTOR_BYTES = (long) LANES * Integer.BYTES;
    private static final ByteOrder ORDER = ByteOrder.nativeOrder();
    private static final int QUAD = GroupedTile.QUAD;
    private static final int CODES = Integer.SIZE / 4;
    private static final int HALF_WORD = 16;

    private static final int MASK_0 = 0xf;
    private static final int MASK_1 = 0xf0;
    private static final int MASK_2 = 0xf00;
    private static final int MASK_3 = 0xf000;

    private static final int EXPONENT_0 = 0x4b000000; // of 2^23
    private static final int EXPONENT_1 = 0x49000000; // of 2^19
    private static final int EXPONENT_2 = 0x47000000; // of 2^15
    private static final int EXPONENT_3 = 0x45000000; // of 2^11

    private final int cols;
    private final int[] codesAt;
    private final float zero0;
    private final float zero1;
    private final float zero2;
    private final float zero3;

    /** Makes the kernel of matrices that lie as {@code stream} says. */
    BlockNibbleProducts(BlockStream stream) {
        this.cols = stream.groupCols();
        this.codesAt = stream.codesAt();
        int centre = stream.type().centre();
        this.zero0 = 0x1p23f + centre;
        this.zero1 = 0x1p19f + centre;
        this.zero2 = 0x1p15f + centre;
        this.zero3 = 0x1p11f + centre;
    }

    @Override
    public void fourTokens(
            MemorySegment matrix, long rows, int from, int to, float[] x, float[] work, int at) {
        float z0 = zero0;
        float z1 = zero1;
        float z2 = zero2;
        float z3 = zero3;
        int out = at;
        for (int g = from; g < to; g++) {
            for (int half = 0; half < 2; half++) {
                FloatVector a00 = FloatVector.zero(Lanes.FLOATS);
                FloatVector a10 = FloatVector.zero(Lanes.FLOATS);
                FloatVector a01 = FloatVector.zero(Lanes.FLOATS);
                FloatVector a11 = FloatVector.zero(Lanes.FLOATS);
                FloatVector a02 = FloatVector.zero(Lanes.FLOATS);
                FloatVector a12 = FloatVector.zero(Lanes.FLOATS);
                FloatVector a03 = FloatVector.zero(Lanes.FLOATS);
                FloatVector a13 = FloatVector.zero(Lanes.FLOATS);
                long p = rows + codesAt[g] + half * (2 * VECTOR_BYTES);
                int t = g * cols * QUAD;
                for (int end = t + cols * QUAD; t < end; t += CODES * QUAD) {
                    IntVector w0 = IntVector.fromMemorySegment(Lanes.INTS, matrix, p, ORDER);
                    IntVector w1 =
                            IntVector.fromMemorySegment(
                                    Lanes.INTS, matrix, p + VECTOR_BYTES, ORDER);
                    p += GroupGrid.STEP_BYTES;
                    for (int k = t; k < t + CODES * QUAD; k += CODES * QUAD / 2) {
                        FloatVector q0 =
                                w0.and(MASK_0).or(EXPONENT_0).reinterpretAsFloats().sub(z0);
                        FloatVector q1 =
                                w1.and(MASK_0).or(EXPONENT_0).reinterpretAsFloats().sub(z0);
                        FloatVector c = FloatVector.broadcast(Lanes.FLOATS, x[k]);
                        a00 = q0.fma(c, a00);
                        a10 = q1.fma(c, a10);
                        c = FloatVector.broadcast(Lanes.FLOATS, x[k + 1]);
                        a01 = q0.fma(c, a01);
                        a11 = q1.fma(c, a11);
                        c = FloatVector.broadcast(Lanes.FLOATS, x[k + 2]);
                        a02 = q0.fma(c, a02);
                        a12 = q1.fma(c, a12);
                        c = FloatVector.broadcast(Lanes.FLOATS, x[k + 3]);
                        a03 = q0.fma(c, a03);
                        a13 = q1.fma(c, a13);
                        q0 = w0.and(MASK_1).or(EXPONENT_1).reinterpretAsFloats().sub(z1);
                        q1 = w1.and(MASK_1).or(EXPONENT_1).reinterpretAsFloats().sub(z1);
                        c = FloatVector.broadcast(Lanes.FLOATS, x[k + 4]);
                        a00 = q0.fma(c, a00);
                        a10 = q1.fma(c, a10);
                        c = FloatVector.broadcast(Lanes.FLOATS, x[k + 5]);
                        a01 = q0.fma(c, a01);
                        a11 = q1.fma(c, a11);
                        c = FloatVector.broadcast(Lanes.FLOATS, x[k + 6]);
                        a02 = q0.fma(c, a02);
                        a12 = q1.fma(c, a12);
                        c = FloatVector.broadcast(Lanes.FLOATS, x[k + 7]);
                        a03 = q0.fma(c, a03);
                        a13 = q1.fma(c, a13);
                        q0 = w0.and(MASK_2).or(EXPONENT_2).reinterpretAsFloats().sub(z2);
                        q1 = w1.and(MASK_2).or(EXPONENT_2).reinterpretAsFloats().sub(z2);
                        c = FloatVector.broadcast(Lanes.FLOATS, x[k + 8]);
                        a00 = q0.fma(c, a00);
                        a10 = q1.fma(c, a10);
                        c = FloatVector.broadcast(Lanes.FLOATS, x[k + 9]);
                        a01 = q0.fma(c, a01);
                        a11 = q1.fma(c, a11);
                        c = FloatVector.broadcast(Lanes.FLOATS, x[k + 10]);
                        a02 = q0.fma(c, a02);
                        a12 = q1.fma(c, a12);
                        c = FloatVector.broadcast(Lanes.FLOATS, x[k + 11]);
                        a03 = q0.fma(c, a03);
                        a13 = q1.fma(c, a13);
                        q0 = w0.and(MASK_3).or(EXPONENT_3).reinterpretAsFloats().sub(z3);
                        q1 = w1.and(MASK_3).or(EXPONENT_3).reinterpretAsFloats().sub(z3);
                        c = FloatVector.broadcast(Lanes.FLOATS, x[k + 12]);
                        a00 = q0.fma(c, a00);
                        a10 = q1.fma(c, a10);
                        c = FloatVector.broadcast(Lanes.FLOATS, x[k + 13]);
                        a01 = q0.fma(c, a01);
                        a11 = q1.fma(c, a11);
                        c = FloatVector.broadcast(Lanes.FLOATS, x[k + 14]);
                        a02 = q0.fma(c, a02);
                        a12 = q1.fma(c, a12);
                        c = FloatVector.broadcast(Lanes.FLOATS, x[k + 15]);
                        a03 = q0.fma(c, a03);
                        a13 = q1.fma(c, a13);
                        w0 = w0.lanewise(VectorOperators.LSHR, HALF_WORD);
                        w1 = w1.lanewise(VectorOperators.LSHR, HALF_WORD);
                    }
                }
                a00.intoArray(work, out);
                a10.intoArray(work, out + LANES);
                a01.intoArray(work, out + ROWS);
                a11.intoArray(work, out + ROWS + LANES);
                a02.intoArray(work, out + 2 * ROWS);
                a12.intoArray(work, out + 2 * ROWS + LANES);
                a03.intoArray(work, out + 3 * ROWS);
                a13.intoArray(work, out + 3 * ROWS + LANES);
                out += ROWS / 2;
            }
            out += (QUAD - 1) * ROWS;
        }
    }
}
