package dev.trilobit.backend.cpu;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorOperators;

/**
 * e^x for vectors of floats in plain multiplications and additions, so that every machine and every
 * lane count gives the same bits.
 *
 * <p>x = n ln 2 + r with |r| <= ln 2 / 2; e^r by the degree-6 polynomial of Cephes {@code expf},
 * 2^n through the exponent bits. Within 2 ulp on [-87.3, 88.3]; 0 below, and the value at 88.3
 * above.
 */
@SuppressWarnings("FloatingPointLiteralPrecision") // Coefficients as published.
final class VectorExp {
    private static final float LOWEST = -87.3f;
    private static final float HIGHEST = 88.3f;
    private static final float LOG2_E = 1.44269504f;
    private static final float LN2_HIGH = 0.693359375f;
    private static final float LN2_LOW = -2.12194440e-4f;

    /** Adding and subtracting 1.5 * 2^23 rounds to the nearest integer, ties to even. */
    private static final float ROUNDER = 12582912f;

    private static final int EXPONENT_BIAS = 127;
    private static final int MANTISSA_BITS = 23;

    private VectorExp() {}

    /** Returns e^x lane by lane. */
    static FloatVector exp(FloatVector x) {
        FloatVector clamped = x.max(LOWEST).min(HIGHEST);
        FloatVector n = clamped.mul(LOG2_E).add(ROUNDER).sub(ROUNDER);
        FloatVector r = clamped.sub(n.mul(LN2_HIGH)).sub(n.mul(LN2_LOW));
        FloatVector p = r.mul(1.9875691500e-4f).add(1.3981999507e-3f);
        p = p.mul(r).add(8.3334519073e-3f);
        p = p.mul(r).add(4.1665795894e-2f);
        p = p.mul(r).add(1.6666665459e-1f);
        p = p.mul(r).add(5.0000001201e-1f);
        p = p.mul(r).mul(r).add(r).add(1f);
        IntVector exponent =
                ((IntVector) n.convert(VectorOperators.F2I, 0))
                        .add(EXPONENT_BIAS)
                        .lanewise(VectorOperators.LSHL, MANTISSA_BITS);
        FloatVector result = p.mul(exponent.reinterpretAsFloats());
        return result.blend(0f, x.compare(VectorOperators.LT, LOWEST));
    }

    /** Returns e^x, the bits of {@link #exp(FloatVector)}. */
    static float exp(float x) {
        float clamped = Math.min(Math.max(x, LOWEST), HIGHEST);
        float n = clamped * LOG2_E + ROUNDER - ROUNDER;
        float r = clamped - n * LN2_HIGH - n * LN2_LOW;
        float p = r * 1.9875691500e-4f + 1.3981999507e-3f;
        p = p * r + 8.3334519073e-3f;
        p = p * r + 4.1665795894e-2f;
        p = p * r + 1.6666665459e-1f;
        p = p * r + 5.0000001201e-1f;
        p = p * r * r + r + 1f;
        float power = Float.intBitsToFloat(((int) n + EXPONENT_BIAS) << MANTISSA_BITS);
        return x < LOWEST ? 0f : p * power;
    }
}
