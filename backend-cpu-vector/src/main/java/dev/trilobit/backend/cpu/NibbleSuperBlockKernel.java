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
    private static final int ROWS = GroupGrid.BLOCK_ROWS;
    private static final int QUAD = GroupedTile.QUAD;
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
        int centre = BlockBiases.centre(stream.type());
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
                                .and(BlockStream.MULTIPLE_BITS)
                                .or(BlockStream.MULTIPLE_EXPONENT)
                                .reinterpretAsFloats()
                                .sub(BlockStream.MULTIPLE_OFFSET)
                                .mul(factor)
                                .fma(a0, scaled0);
                scaled1 =
                        multiples
                                .lanewise(VectorOperators.LSHR, Byte.SIZE)
                                .and(BlockStream.MULTIPLE_BITS)
                                .or(BlockStream.MULTIPLE_EXPONENT)
                                .reinterpretAsFloats()
                                .sub(BlockStream.MULTIPLE_OFFSET)
                                .mul(factor)
                                .fma(a1, scaled1);
                scaled2 =
                        multiples
                                .lanewise(VectorOperators.LSHR, 2 * Byte.SIZE)
                                .and(BlockStream.MULTIPLE_BITS)
                                .or(BlockStream.MULTIPLE_EXPONENT)
                                .reinterpretAsFloats()
                                .sub(BlockStream.MULTIPLE_OFFSET)
                                .mul(factor)
                                .fma(a2, scaled2);
                scaled3 =
                        multiples
                                .lanewise(VectorOperators.LSHR, 3 * Byte.SIZE)
                                .and(BlockStream.MULTIPLE_BITS)
                                .or(BlockStream.MULTIPLE_EXPONENT)
                                .reinterpretAsFloats()
                                .sub(BlockStream.MULTIPLE_OFFSET)
                                .mul(factor)
                                .fma(a3, scaled3);
            }
            IntVector units = IntVector.fromMemorySegment(Lanes.INTS, matrix, unit, ORDER);
            sum0 =
                    units.lanewise(VectorOperators.LSHL, HALF_WORD)
                            .lanewise(VectorOperators.ASHR, 3)
                            .and(Halves.BITS)
                            .reinterpretAsFloats()
                            .mul(Halves.UNIT)
                            .fma(scaled0, sum0);
            sum1 =
                    units.lanewise(VectorOperators.ASHR, 3)
                            .and(Halves.BITS)
                            .reinterpretAsFloats()
                            .mul(Halves.UNIT)
                            .fma(scaled1, sum1);
            units = IntVector.fromMemorySegment(Lanes.INTS, matrix, unit + VECTOR_BYTES, ORDER);
            sum2 =
                    units.lanewise(VectorOperators.LSHL, HALF_WORD)
                            .lanewise(VectorOperators.ASHR, 3)
                            .and(Halves.BITS)
                            .reinterpretAsFloats()
                            .mul(Halves.UNIT)
                            .fma(scaled2, sum2);
            sum3 =
                    units.lanewise(VectorOperators.ASHR, 3)
                            .and(Halves.BITS)
                            .reinterpretAsFloats()
                            .mul(Halves.UNIT)
                            .fma(scaled3, sum3);
        }
        sum0.intoArray(work, sums);
        sum1.intoArray(work, sums + LANES);
        sum2.intoArray(work, sums + 2 * LANES);
        sum3.intoArray(work, sums + 3 * LANES);
    }

    @Override
    public void addTwo(
            MemorySegment matrix,
            long rows,
            int from,
            int to,
            float[] x,
            float[] factors,
            int token,
            float[] work,
            int sums) {
        float z0 = zero0;
        float z1 = zero1;
        int t = from * GROUPS * COLS * QUAD + token;
        for (int b = from; b < to; b++) {
            long unit = rows + b * blockBytes;
            long p = unit + headerBytes;
            FloatVector scaled00 = FloatVector.zero(Lanes.FLOATS);
            FloatVector scaled10 = FloatVector.zero(Lanes.FLOATS);
            FloatVector scaled20 = FloatVector.zero(Lanes.FLOATS);
            FloatVector scaled30 = FloatVector.zero(Lanes.FLOATS);
            FloatVector scaled01 = FloatVector.zero(Lanes.FLOATS);
            FloatVector scaled11 = FloatVector.zero(Lanes.FLOATS);
            FloatVector scaled21 = FloatVector.zero(Lanes.FLOATS);
            FloatVector scaled31 = FloatVector.zero(Lanes.FLOATS);
            for (int g = b * GROUPS, next = g + GROUPS; g < next; g++) {
                IntVector multiples = IntVector.fromMemorySegment(Lanes.INTS, matrix, p, ORDER);
                p += multipleBytes;
                FloatVector a00 = FloatVector.zero(Lanes.FLOATS);
                FloatVector a10 = FloatVector.zero(Lanes.FLOATS);
                FloatVector a20 = FloatVector.zero(Lanes.FLOATS);
                FloatVector a30 = FloatVector.zero(Lanes.FLOATS);
                FloatVector a01 = FloatVector.zero(Lanes.FLOATS);
                FloatVector a11 = FloatVector.zero(Lanes.FLOATS);
                FloatVector a21 = FloatVector.zero(Lanes.FLOATS);
                FloatVector a31 = FloatVector.zero(Lanes.FLOATS);
                for (int end = t + COLS * QUAD; t < end; t += CODES * QUAD) {
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
                    for (int k = t; k < t + CODES * QUAD; k += 2 * QUAD) {
                        FloatVector c0 = FloatVector.broadcast(Lanes.FLOATS, x[k]);
                        FloatVector c1 = FloatVector.broadcast(Lanes.FLOATS, x[k + 1]);
                        FloatVector q0 =
                                w0.and(MASK_0).or(EXPONENT_0).reinterpretAsFloats().sub(z0);
                        a00 = q0.fma(c0, a00);
                        a01 = q0.fma(c1, a01);
                        FloatVector q1 =
                                w1.and(MASK_0).or(EXPONENT_0).reinterpretAsFloats().sub(z0);
                        a10 = q1.fma(c0, a10);
                        a11 = q1.fma(c1, a11);
                        FloatVector q2 =
                                w2.and(MASK_0).or(EXPONENT_0).reinterpretAsFloats().sub(z0);
                        a20 = q2.fma(c0, a20);
                        a21 = q2.fma(c1, a21);
                        FloatVector q3 =
                                w3.and(MASK_0).or(EXPONENT_0).reinterpretAsFloats().sub(z0);
                        a30 = q3.fma(c0, a30);
                        a31 = q3.fma(c1, a31);
                        c0 = FloatVector.broadcast(Lanes.FLOATS, x[k + QUAD]);
                        c1 = FloatVector.broadcast(Lanes.FLOATS, x[k + QUAD + 1]);
                        q0 = w0.and(MASK_1).or(EXPONENT_1).reinterpretAsFloats().sub(z1);
                        a00 = q0.fma(c0, a00);
                        a01 = q0.fma(c1, a01);
                        q1 = w1.and(MASK_1).or(EXPONENT_1).reinterpretAsFloats().sub(z1);
                        a10 = q1.fma(c0, a10);
                        a11 = q1.fma(c1, a11);
                        q2 = w2.and(MASK_1).or(EXPONENT_1).reinterpretAsFloats().sub(z1);
                        a20 = q2.fma(c0, a20);
                        a21 = q2.fma(c1, a21);
                        q3 = w3.and(MASK_1).or(EXPONENT_1).reinterpretAsFloats().sub(z1);
                        a30 = q3.fma(c0, a30);
                        a31 = q3.fma(c1, a31);
                        w0 = w0.lanewise(VectorOperators.LSHR, Byte.SIZE);
                        w1 = w1.lanewise(VectorOperators.LSHR, Byte.SIZE);
                        w2 = w2.lanewise(VectorOperators.LSHR, Byte.SIZE);
                        w3 = w3.lanewise(VectorOperators.LSHR, Byte.SIZE);
                    }
                }
                float factor0 = factors[g * QUAD + token];
                float factor1 = factors[g * QUAD + token + 1];
                FloatVector multiple =
                        multiples
                                .and(BlockStream.MULTIPLE_BITS)
                                .or(BlockStream.MULTIPLE_EXPONENT)
                                .reinterpretAsFloats()
                                .sub(BlockStream.MULTIPLE_OFFSET);
                scaled00 = multiple.mul(factor0).fma(a00, scaled00);
                scaled01 = multiple.mul(factor1).fma(a01, scaled01);
                multiple =
                        multiples
                                .lanewise(VectorOperators.LSHR, Byte.SIZE)
                                .and(BlockStream.MULTIPLE_BITS)
                                .or(BlockStream.MULTIPLE_EXPONENT)
                                .reinterpretAsFloats()
                                .sub(BlockStream.MULTIPLE_OFFSET);
                scaled10 = multiple.mul(factor0).fma(a10, scaled10);
                scaled11 = multiple.mul(factor1).fma(a11, scaled11);
                multiple =
                        multiples
                                .lanewise(VectorOperators.LSHR, 2 * Byte.SIZE)
                                .and(BlockStream.MULTIPLE_BITS)
                                .or(BlockStream.MULTIPLE_EXPONENT)
                                .reinterpretAsFloats()
                                .sub(BlockStream.MULTIPLE_OFFSET);
                scaled20 = multiple.mul(factor0).fma(a20, scaled20);
                scaled21 = multiple.mul(factor1).fma(a21, scaled21);
                multiple =
                        multiples
                                .lanewise(VectorOperators.LSHR, 3 * Byte.SIZE)
                                .and(BlockStream.MULTIPLE_BITS)
                                .or(BlockStream.MULTIPLE_EXPONENT)
                                .reinterpretAsFloats()
                                .sub(BlockStream.MULTIPLE_OFFSET);
                scaled30 = multiple.mul(factor0).fma(a30, scaled30);
                scaled31 = multiple.mul(factor1).fma(a31, scaled31);
            }
            IntVector units = IntVector.fromMemorySegment(Lanes.INTS, matrix, unit, ORDER);
            FloatVector scale =
                    units.lanewise(VectorOperators.LSHL, HALF_WORD)
                            .lanewise(VectorOperators.ASHR, 3)
                            .and(Halves.BITS)
                            .reinterpretAsFloats()
                            .mul(Halves.UNIT);
            scale.fma(scaled00, FloatVector.fromArray(Lanes.FLOATS, work, sums))
                    .intoArray(work, sums);
            scale.fma(scaled01, FloatVector.fromArray(Lanes.FLOATS, work, sums + ROWS))
                    .intoArray(work, sums + ROWS);
            scale =
                    units.lanewise(VectorOperators.ASHR, 3)
                            .and(Halves.BITS)
                            .reinterpretAsFloats()
                            .mul(Halves.UNIT);
            scale.fma(scaled10, FloatVector.fromArray(Lanes.FLOATS, work, sums + LANES))
                    .intoArray(work, sums + LANES);
            scale.fma(scaled11, FloatVector.fromArray(Lanes.FLOATS, work, sums + ROWS + LANES))
                    .intoArray(work, sums + ROWS + LANES);
            units = IntVector.fromMemorySegment(Lanes.INTS, matrix, unit + VECTOR_BYTES, ORDER);
            scale =
                    units.lanewise(VectorOperators.LSHL, HALF_WORD)
                            .lanewise(VectorOperators.ASHR, 3)
                            .and(Halves.BITS)
                            .reinterpretAsFloats()
                            .mul(Halves.UNIT);
            scale.fma(scaled20, FloatVector.fromArray(Lanes.FLOATS, work, sums + 2 * LANES))
                    .intoArray(work, sums + 2 * LANES);
            scale.fma(scaled21, FloatVector.fromArray(Lanes.FLOATS, work, sums + ROWS + 2 * LANES))
                    .intoArray(work, sums + ROWS + 2 * LANES);
            scale =
                    units.lanewise(VectorOperators.ASHR, 3)
                            .and(Halves.BITS)
                            .reinterpretAsFloats()
                            .mul(Halves.UNIT);
            scale.fma(scaled30, FloatVector.fromArray(Lanes.FLOATS, work, sums + 3 * LANES))
                    .intoArray(work, sums + 3 * LANES);
            scale.fma(scaled31, FloatVector.fromArray(Lanes.FLOATS, work, sums + ROWS + 3 * LANES))
                    .intoArray(work, sums + ROWS + 3 * LANES);
        }
    }
}
