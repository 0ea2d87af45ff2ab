package dev.trilobit.backend.cpu;

import java.lang.foreign.MemorySegment;
import java.nio.ByteOrder;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorOperators;

/**
 * Dense kernel for f16; exact, subnormals included. What {@link Halves} does is written out: in
 * loops of this size the compiler does not inline it.
 */
final class DenseF16Kernel implements DenseKernel {
    private static final int LANES = Lanes.FLOATS.length();
    private static final ByteOrder ORDER = ByteOrder.LITTLE_ENDIAN;
    private static final int STEP = 2 * LANES;

    @Override
    public void oneToken(
            MemorySegment w,
            long row0,
            long row1,
            long row2,
            long row3,
            float[] x,
            int at,
            int length,
            float[] out) {
        FloatVector a0 = FloatVector.zero(Lanes.FLOATS);
        FloatVector a1 = a0;
        FloatVector a2 = a0;
        FloatVector a3 = a0;
        for (int c = 0; c < length; c += STEP) {
            long p = (long) c * Short.BYTES;
            IntVector w0 = IntVector.fromMemorySegment(Lanes.INTS, w, row0 + p, ORDER);
            IntVector w1 = IntVector.fromMemorySegment(Lanes.INTS, w, row1 + p, ORDER);
            IntVector w2 = IntVector.fromMemorySegment(Lanes.INTS, w, row2 + p, ORDER);
            IntVector w3 = IntVector.fromMemorySegment(Lanes.INTS, w, row3 + p, ORDER);
            FloatVector v = FloatVector.fromArray(Lanes.FLOATS, x, at + c);
            a0 =
                    a0.add(
                            w0.lanewise(VectorOperators.LSHL, 16)
                                    .lanewise(VectorOperators.ASHR, 3)
                                    .and(Halves.BITS)
                                    .reinterpretAsFloats()
                                    .mul(Halves.UNIT)
                                    .mul(v));
            a1 =
                    a1.add(
                            w1.lanewise(VectorOperators.LSHL, 16)
                                    .lanewise(VectorOperators.ASHR, 3)
                                    .and(Halves.BITS)
                                    .reinterpretAsFloats()
                                    .mul(Halves.UNIT)
                                    .mul(v));
            a2 =
                    a2.add(
                            w2.lanewise(VectorOperators.LSHL, 16)
                                    .lanewise(VectorOperators.ASHR, 3)
                                    .and(Halves.BITS)
                                    .reinterpretAsFloats()
                                    .mul(Halves.UNIT)
                                    .mul(v));
            a3 =
                    a3.add(
                            w3.lanewise(VectorOperators.LSHL, 16)
                                    .lanewise(VectorOperators.ASHR, 3)
                                    .and(Halves.BITS)
                                    .reinterpretAsFloats()
                                    .mul(Halves.UNIT)
                                    .mul(v));
            v = FloatVector.fromArray(Lanes.FLOATS, x, at + c + LANES);
            a0 =
                    a0.add(
                            w0.lanewise(VectorOperators.ASHR, 3)
                                    .and(Halves.BITS)
                                    .reinterpretAsFloats()
                                    .mul(Halves.UNIT)
                                    .mul(v));
            a1 =
                    a1.add(
                            w1.lanewise(VectorOperators.ASHR, 3)
                                    .and(Halves.BITS)
                                    .reinterpretAsFloats()
                                    .mul(Halves.UNIT)
                                    .mul(v));
            a2 =
                    a2.add(
                            w2.lanewise(VectorOperators.ASHR, 3)
                                    .and(Halves.BITS)
                                    .reinterpretAsFloats()
                                    .mul(Halves.UNIT)
                                    .mul(v));
            a3 =
                    a3.add(
                            w3.lanewise(VectorOperators.ASHR, 3)
                                    .and(Halves.BITS)
                                    .reinterpretAsFloats()
                                    .mul(Halves.UNIT)
                                    .mul(v));
        }
        a0.intoArray(out, 0);
        a1.intoArray(out, LANES);
        a2.intoArray(out, 2 * LANES);
        a3.intoArray(out, 3 * LANES);
    }

    @Override
    public void fourTokens(
            MemorySegment w,
            long row0,
            long row1,
            float[] x,
            int at0,
            int at1,
            int at2,
            int at3,
            int length,
            float[] out) {
        FloatVector a00 = FloatVector.zero(Lanes.FLOATS);
        FloatVector a01 = a00;
        FloatVector a02 = a00;
        FloatVector a03 = a00;
        FloatVector a10 = a00;
        FloatVector a11 = a00;
        FloatVector a12 = a00;
        FloatVector a13 = a00;
        for (int c = 0; c < length; c += STEP) {
            long p = (long) c * Short.BYTES;
            IntVector w0 = IntVector.fromMemorySegment(Lanes.INTS, w, row0 + p, ORDER);
            IntVector w1 = IntVector.fromMemorySegment(Lanes.INTS, w, row1 + p, ORDER);
            FloatVector v0 =
                    w0.lanewise(VectorOperators.LSHL, 16)
                            .lanewise(VectorOperators.ASHR, 3)
                            .and(Halves.BITS)
                            .reinterpretAsFloats()
                            .mul(Halves.UNIT);
            FloatVector v1 =
                    w1.lanewise(VectorOperators.LSHL, 16)
                            .lanewise(VectorOperators.ASHR, 3)
                            .and(Halves.BITS)
                            .reinterpretAsFloats()
                            .mul(Halves.UNIT);
            FloatVector v = FloatVector.fromArray(Lanes.FLOATS, x, at0 + c);
            a00 = a00.add(v0.mul(v));
            a10 = a10.add(v1.mul(v));
            v = FloatVector.fromArray(Lanes.FLOATS, x, at1 + c);
            a01 = a01.add(v0.mul(v));
            a11 = a11.add(v1.mul(v));
            v = FloatVector.fromArray(Lanes.FLOATS, x, at2 + c);
            a02 = a02.add(v0.mul(v));
            a12 = a12.add(v1.mul(v));
            v = FloatVector.fromArray(Lanes.FLOATS, x, at3 + c);
            a03 = a03.add(v0.mul(v));
            a13 = a13.add(v1.mul(v));
            v0 =
                    w0.lanewise(VectorOperators.ASHR, 3)
                            .and(Halves.BITS)
                            .reinterpretAsFloats()
                            .mul(Halves.UNIT);
            v1 =
                    w1.lanewise(VectorOperators.ASHR, 3)
                            .and(Halves.BITS)
                            .reinterpretAsFloats()
                            .mul(Halves.UNIT);
            v = FloatVector.fromArray(Lanes.FLOATS, x, at0 + c + LANES);
            a00 = a00.add(v0.mul(v));
            a10 = a10.add(v1.mul(v));
            v = FloatVector.fromArray(Lanes.FLOATS, x, at1 + c + LANES);
            a01 = a01.add(v0.mul(v));
            a11 = a11.add(v1.mul(v));
            v = FloatVector.fromArray(Lanes.FLOATS, x, at2 + c + LANES);
            a02 = a02.add(v0.mul(v));
            a12 = a12.add(v1.mul(v));
            v = FloatVector.fromArray(Lanes.FLOATS, x, at3 + c + LANES);
            a03 = a03.add(v0.mul(v));
            a13 = a13.add(v1.mul(v));
        }
        a00.intoArray(out, 0);
        a01.intoArray(out, LANES);
        a02.intoArray(out, 2 * LANES);
        a03.intoArray(out, 3 * LANES);
        a10.intoArray(out, 4 * LANES);
        a11.intoArray(out, 5 * LANES);
        a12.intoArray(out, 6 * LANES);
        a13.intoArray(out, 7 * LANES);
    }
}
