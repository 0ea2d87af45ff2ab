package dev.trilobit.backend.cpu;

import dev.trilobit.api.program.ActivationQuant;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorOperators;

/**
 * Rounds runs of activations to int8, each by its own largest magnitude; see {@link
 * ActivationQuant#INT8_PER_GROUP}.
 */
final class RunRounding {
    /** 1.5 * 2^23: adding it leaves a float's nearest integer, ties to even, in the low bits. */
    private static final float ROUNDER = 0x1.8p23f;

    private static final int ROUNDER_BITS = Float.floatToRawIntBits(ROUNDER);
    private static final int LANES = Lanes.FLOATS.length();

    private RunRounding() {}

    /**
     * Rounds one run: {@code q = round(x * (127 / m))}, each of the two operations rounded to f32.
     *
     * @param from first element of the run
     * @param codes out: the run's integers from {@code at} on; anything if an element is not finite
     * @return m / 127 in f32, which a code is to be multiplied with; NaN or infinite if an element
     *     is
     */
    static float round(float[] x, int from, int length, int[] codes, int at) {
        float largest = largest(x, from, length);
        float s = 127f / largest;
        int i = 0;
        for (; i <= length - LANES; i += LANES) {
            IntVector code =
                    FloatVector.fromArray(Lanes.FLOATS, x, from + i)
                            .mul(s)
                            .add(ROUNDER)
                            .reinterpretAsInts()
                            .sub(ROUNDER_BITS);
            // Where x is finite no code is larger.
            code.max(-127).min(127).intoArray(codes, at + i);
        }
        for (; i < length; i++) {
            int code = Float.floatToRawIntBits(x[from + i] * s + ROUNDER) - ROUNDER_BITS;
            codes[at + i] = Math.clamp(code, -127, 127);
        }
        return largest / 127f;
    }

    private static float largest(float[] x, int from, int length) {
        FloatVector largest =
                FloatVector.broadcast(Lanes.FLOATS, ActivationQuant.LEAST_RUN_MAGNITUDE);
        int i = 0;
        for (; i <= length - LANES; i += LANES) {
            largest = largest.max(FloatVector.fromArray(Lanes.FLOATS, x, from + i).abs());
        }
        // A maximum is the same in whatever order it is taken.
        float max = largest.reduceLanes(VectorOperators.MAX);
        for (; i < length; i++) {
            max = Math.max(max, Math.abs(x[from + i]));
        }
        return max;
    }
}
