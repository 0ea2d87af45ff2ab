package dev.trilobit.backend.cpu;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorOperators;

/**
 * Rounds a token's activations to int8 by their largest magnitude; see {@link
 * dev.trilobit.api.program.ActivationQuant#INT8_PER_TOKEN}.
 */
final class Int8Rounding {
    /** 1.5 * 2^23: adding it leaves a float's nearest integer, ties to even, in the low bits. */
    private static final float ROUNDER = 0x1.8p23f;

    private static final int ROUNDER_BITS = Float.floatToRawIntBits(ROUNDER);
    private static final int LANES = Lanes.FLOATS.length();

    private Int8Rounding() {}

    /**
     * Returns s = 127 / max(max|x|, 1e-5f), computed in f32; NaN if an activation is NaN, 0 if one
     * is infinite, so that such a token's outputs are not finite either.
     */
    static float scale(float[] x, int offset, int length) {
        return 127f / largest(x, offset, length, 1e-5f);
    }

    /** Returns the largest magnitude, but at least {@code least}; NaN if an activation is. */
    static float largest(float[] x, int offset, int length, float least) {
        FloatVector largest = FloatVector.broadcast(Lanes.FLOATS, least);
        int i = 0;
        for (; i <= length - LANES; i += LANES) {
            largest = largest.max(FloatVector.fromArray(Lanes.FLOATS, x, offset + i).abs());
        }
        // A maximum is the same in whatever order it is taken.
        float max = largest.reduceLanes(VectorOperators.MAX);
        for (; i < length; i++) {
            max = Math.max(max, Math.abs(x[offset + i]));
        }
        return max;
    }

    /**
     * Rounds to q = clamp(roundHalfEven(x * s), -128, 127), the product in f32.
     *
     * @param codes out: element k goes to {@code codes[k]}
     */
    static void round(float[] x, int offset, int length, float s, int[] codes) {
        round(x, offset, length, s, -128, codes, 0);
    }

    /**
     * Rounds to q = clamp(roundHalfEven(x * s), least, 127), the product in f32.
     *
     * @param codes out: element k goes to {@code codes[at + k]}
     */
    static void round(float[] x, int offset, int length, float s, int least, int[] codes, int at) {
        int i = 0;
        for (; i <= length - LANES; i += LANES) {
            IntVector code =
                    FloatVector.fromArray(Lanes.FLOATS, x, offset + i)
                            .mul(s)
                            .add(ROUNDER)
                            .reinterpretAsInts()
                            .sub(ROUNDER_BITS);
            code.max(least).min(127).intoArray(codes, at + i);
        }
        for (; i < length; i++) {
            float rounded = x[offset + i] * s + ROUNDER;
            int code = Float.floatToRawIntBits(rounded) - ROUNDER_BITS;
            codes[at + i] = Math.clamp(code, least, 127);
        }
    }
}
