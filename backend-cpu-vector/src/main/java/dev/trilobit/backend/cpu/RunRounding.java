package dev.trilobit.backend.cpu;

import dev.trilobit.api.program.ActivationQuant;

/**
 * Rounds runs of activations to int8, each by its own largest magnitude; see {@link
 * ActivationQuant#INT8_PER_GROUP}.
 */
final class RunRounding {
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
        float largest = Int8Rounding.largest(x, from, length, ActivationQuant.LEAST_RUN_MAGNITUDE);
        // Where x is finite no code is larger than 127.
        Int8Rounding.round(x, from, length, 127f / largest, -127, codes, at);
        return largest / 127f;
    }
}
