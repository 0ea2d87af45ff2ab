package dev.trilobit.backend.cpu;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorOperators;

/**
 * Reads f16 numbers in pairs, of which an int holds two: sign, exponent and fraction three places
 * down are an f32 too small by {@link #UNIT}, exactly, subnormals included. Infinities and NaNs
 * become large finite numbers.
 */
final class Halves {
    /** What is read is to be multiplied with this. */
    static final float UNIT = 0x1p112f;

    /** Sign, exponent and fraction of an f16 three places down. */
    static final int BITS = 0x8fffe000;

    private Halves() {}

    /** The numbers in the low halves, divided by {@link #UNIT}. */
    static FloatVector low(IntVector pairs) {
        return pairs.lanewise(VectorOperators.LSHL, 16)
                .lanewise(VectorOperators.ASHR, 3)
                .and(BITS)
                .reinterpretAsFloats();
    }

    /** The numbers in the high halves, divided by {@link #UNIT}. */
    static FloatVector high(IntVector pairs) {
        return pairs.lanewise(VectorOperators.ASHR, 3).and(BITS).reinterpretAsFloats();
    }
}
