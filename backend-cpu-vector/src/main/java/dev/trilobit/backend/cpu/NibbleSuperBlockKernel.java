package dev.trilobit.backend.cpu;

import java.lang.foreign.MemorySegment;
import java.nio.ByteOrder;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorOperators;

/**
 * Kernel for blocks of 8 groups of 32 codes of four bits, whose scales are multiples of the block's
 * unit: Q4_K. Codes become f32 as in {@link ByteBlockKernel}.
 */
final class NibbleSuperBlockKernel implements BlockKernel {
    private static final int COLS = 32;
    private static final int GROUPS = 256 / COLS;
    private static final int LANES = GroupGrid.LANES;
    private static final long VECTOR_BYTES = (long) LANES * Integer.BYTES;
    private static final ByteOrder ORDER = ByteOrder.nativeOrder();
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

    // A byte becomes the last digits of 2^23, which is subtracted again with the byte of zero.
    private static final int BYTE = 0xff;
    private static final int BYTE_EXPONENT = 0x4b000000;
    private static final float BYTE_ZERO = 0x1p23f + BlockStream.MULTIPLE_ZERO;

    private final long blockBytes;
    private final long multipleBytes;
    private final long headerBytes;
    private final float zero0;
    private final float zero1;
    private final float zero2;
    private final float zero3;

    /** Makes the kernel of matrices that lie as {@code stream} says. */
    NibbleSuperBlockKernel(BlockStream stream) {
        if (stream.groupCols() != COLS || stream.groups() != GROUPS) {
            throw new IllegalArgumentException(
                    "%s: %d groups of %d columns; expected %d of %d"
                            .formatted(
                                    stream.type(),
                                    stream.groups(),
                                    stream.groupCols(),
                                    GROUPS,
                                    COLS));
        }
        this.blockBytes = stream.blockBytes();
        this.headerBytes = stream.headerBytes();
        this.multipleBytes = stream.multipleBytes();
        int centre = stream.type().centre();
        this.zero0 = 0x1p23f + centre;
        this.zero1 = 0x1p19f + centre;
        this.zero2 = 0x1p15f + centre;
        this.zero3 = 0x1p11f + centre;
    }

    @Override
    public void addOne(
            MemorySegment matrix,
            long rows,
            int from,
            int to,
            float[] x,
            float[] factors,
            float[] work,
            int sums) {
        float z0 = zero0;
        float z1 = zero1;
        float z2 = zero2;
        float z3 = zero3;
        FloatVector sum0 = FloatVector.fromArray(Lanes.FLOATS, work, sums);
        FloatVector sum1 = FloatVector.fromArray(Lanes.FLOATS, work, sums + LANES);
        FloatVector sum2 = FloatVector.fromArray(Lanes.FLOATS, work, sums + 2 * LANES);
        FloatVector sum3 = FloatVector.fromArray(Lanes.FLOATS, work, sums + 3 * LANES);
        int t = from * GROUPS * COLS;
        for (int b = from; b < to; b++) {
            long unit = rows + b * blockBytes;
            long p = unit + headerBytes;
            FloatVector scaled0 = FloatVector.zero(Lanes.FLOATS);
            FloatVector scaled1 = FloatVector.zero(Lanes.FLOATS);
            FloatVector scaled2 = FloatVector.zero(Lanes.FLOATS);
            FloatVector scaled3 = FloatVector.zero(Lanes.FLOATS);
            for (int g = b * GROUPS, next = g + GROUPS; g < next; g++) {
                IntVector multiples = IntVector.fromMemorySegment(Lanes.INTS, matrix, p, ORDER);
                p += multipleBytes;
                FloatVector a0 = FloatVector.zero(Lanes.FLOATS);
                FloatVector a1 = FloatVector.zero(Lanes.FLOATS);
                FloatVector a2 = FloatVector.zero(Lanes.FLOATS);
                FloatVector a3 = FloatVector.zero(Lanes.FLOATS);
                for (int end = t + COLS; t < end; t += CODES) {
                    IntVector w0 = IntVector.fromMemorySegment(Lanes.INTS, matrix, p, ORDER);
                    IntVector w1 =
                            IntVector.fromMemorySegment(
                                    Lanes.INTS, matrix, p + VECTOR_BYTES, ORDER);
                    IntVector w2 =
                            IntVector.fromMemorySegment(
                                    Lanes.INTS, matrix, p + 2 * VECTOR_BYTES, ORDER);
                    IntVector w3 =
                            IntVector.fromMemorySegment(
                                    Lanes.INTS, matrix, p + 3 * VECTOR_BYTES, ORDER);
                    p += GroupGrid.STEP_BYTES;
                    for (int k = t; k < t + CODES; k += CODES / 2) {
                        FloatVector c = FloatVector.broadcast(Lanes.FLOATS, x[k]);
                        a0 = w0.and(MASK_0).or(EXPONENT_0).reinterpretAsFloats().sub(z0).fma(c, a0);
                        a1 = w1.and(MASK_0).or(EXPONENT_0).reinterpretAsFloats().sub(z0).fma(c, a1);
                        a2 = w2.and(MASK_0).or(EXPONENT_0).reinterpretAsFloats().sub(z0).fma(c, a2);
                        a3 = w3.and(MASK_0).or(EXPONENT_0).reinterpretAsFloats().sub(z0).fma(c, a3);
                        c = FloatVector.broadcast(Lanes.FLOATS, x[k + 1]);
                        a0 = w0.and(MASK_1).or(EXPONENT_1).reinterpretAsFloats().sub(z1).fma(c, a0);
                        a1 = w1.and(MASK_1).or(EXPONENT_1).reinterpretAsFloats().sub(z1).fma(c, a1);
                        a2 = w2.and(MASK_1).or(EXPONENT_1).reinterpretAsFloats().sub(z1).fma(c, a2);
                        a3 = w3.and(MASK_1).or(EXPONENT_1).reinterpretAsFloats().sub(z1).fma(c, a3);
                        c = FloatVector.broadcast(Lanes.FLOATS, x[k + 2]);
                        a0 = w0.and(MASK_2).or(EXPONENT_2).reinterpretAsFloats().sub(z2).fma(c, a0);
                        a1 = w1.and(MASK_2).or(EXPONENT_2).reinterpretAsFloats().sub(z2).fma(c, a1);
                        a2 = w2.and(MASK_2).or(EXPONENT_2).reinterpretAsFloats().sub(z2).fma(c, a2);
                        a3 = w3.and(MASK_2).or(EXPONENT_2).reinterpretAsFloats().sub(z2).fma(c, a3);
                        c = FloatVector.broadcast(Lanes.FLOATS, x[k + 3]);
                        a0 = w0.and(MASK_3).or(EXPONENT_3).reinterpretAsFloats().sub(z3).fma(c, a0);
                        a1 = w1.and(MASK_3).or(EXPONENT_3).reinterpretAsFloats().sub(z3).fma(c, a1);
                        a2 = w2.and(MASK_3).or(EXPONENT_3).reinterpretAsFloats().sub(z3).fma(c, a2);
                        a3 = w3.and(MASK_3).or(EXPONENT_3).reinterpretAsFloats().sub(z3).fma(c, a3);
                        w0 = w0.lanewise(VectorOperators.LSHR, HALF_WORD);
                        w1 = w1.lanewise(VectorOperators.LSHR, HALF_WORD);
                        w2 = w2.lanewise(VectorOperators.LSHR, HALF_WORD);
                        w3 = w3.lanewise(VectorOperators.LSHR, HALF_WORD);
                    }
                }
                float factor = factors[g];
                scaled0 =
                        multiples
                                .and(BYTE)
                                .or(BYTE_EXPONENT)
                                .reinterpretAsFloats()
                                .sub(BYTE_ZERO)
                                .mul(factor)
                                .fma(a0, scaled0);
                scaled1 =
                        multiples
                                .lanewise(VectorOperators.LSHR, Byte.SIZE)
                                .and(BYTE)
                                .or(BYTE_EXPONENT)
                                .reinterpretAsFloats()
                                .sub(BYTE_ZERO)
                                .mul(factor)
                                .fma(a1, scaled1);
                scaled2 =
                        multiples
                                .lanewise(VectorOperators.LSHR, 2 * Byte.SIZE)
                                .and(BYTE)
                                .or(BYTE_EXPONENT)
                                .reinterpretAsFloats()
                                .sub(BYTE_ZERO)
                                .mul(factor)
                                .fma(a2, scaled2);
                scaled3 =
                        multiples
                                .lanewise(VectorOperators.LSHR, 3 * Byte.SIZE)
                                .and(BYTE)
                                .or(BYTE_EXPONENT)
                                .reinterpretAsFloats()
                                .sub(BYTE_ZERO)
                                .mul(factor)
                                .fma(a3, scaled3);
            }
            IntVector units = IntVector.fromMemorySegment(Lanes.INTS, matrix, unit, ORDER);
            sum0 =
                    units.lanewise(VectorOperators.LSHL, HALF_WORD)
                            .lanewise(VectorOperators.ASHR, 3)
                            .and(BlockScaling.HALF_BITS)
                            .reinterpretAsFloats()
                            .mul(BlockScaling.HALF_UNIT)
                            .fma(scaled0, sum0);
            sum1 =
                    units.lanewise(VectorOperators.ASHR, 3)
                            .and(BlockScaling.HALF_BITS)
                            .reinterpretAsFloats()
                            .mul(BlockScaling.HALF_UNIT)
                            .fma(scaled1, sum1);
            units = IntVector.fromMemorySegment(Lanes.INTS, matrix, unit + VECTOR_BYTES, ORDER);
            sum2 =
                    units.lanewise(VectorOperators.LSHL, HALF_WORD)
                            .lanewise(VectorOperators.ASHR, 3)
                            .and(BlockScaling.HALF_BITS)
                            .reinterpretAsFloats()
                            .mul(BlockScaling.HALF_UNIT)
                            .fma(scaled2, sum2);
            sum3 =
                    units.lanewise(VectorOperators.ASHR, 3)
                            .and(BlockScaling.HALF_BITS)
                            .reinterpretAsFloats()
                            .mul(BlockScaling.HALF_UNIT)
                            .fma(scaled3, sum3);
        }
        sum0.intoArray(work, sums);
        sum1.intoArray(work, sums + LANES);
        sum2.intoArray(work, sums + 2 * LANES);
        sum3.intoArray(work, sums + 3 * LANES);
    }
}
