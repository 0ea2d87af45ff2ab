package dev.trilobit.api.program;

import java.util.Objects;

/**
 * Rotary position embedding of one head, in the rotate-half order: element i of the first half
 * turns with element {@code i + headDim / 2} by the angle {@code position * frequency(i)}.
 *
 * @param headDim elements of a head, even
 * @param theta base of the frequencies
 * @param scaling stretch of the frequencies
 */
public record RopeSpec(int headDim, double theta, RopeScaling scaling) {
    public RopeSpec {
        if (headDim <= 0 || headDim % 2 != 0) {
            throw new IllegalArgumentException(
                    "rotary head of %d elements: must be even and positive".formatted(headDim));
        }
        if (!(theta > 1) || Double.isInfinite(theta)) {
            throw new IllegalArgumentException(
                    "rotary theta must be finite and above 1, got " + theta);
        }
    }

    /**
     * Returns the angle in radians by which pair {@code i} turns from one position to the next.
     *
     * @param i pair, from 0 to {@code headDim / 2 - 1}
     * @throws IndexOutOfBoundsException if there is no such pair
     */
    public double frequency(int i) {
        Objects.checkIndex(i, headDim / 2);
        double plain = Math.pow(theta, -2.0 * i / headDim);
        return switch (scaling) {
            case RopeScaling.None() -> plain;
            case RopeScaling.Linear(double factor) -> plain / factor;
            case RopeScaling.Llama3 llama3 -> llama3(plain, llama3);
            case RopeScaling.Yarn yarn -> yarn(plain, i, yarn);
        };
    }

    /** Returns the factor on both cosine and sine: 1 unless the scaling has an attention factor. */
    public double magnitude() {
        return scaling instanceof RopeScaling.Yarn yarn ? yarn.attentionFactor() : 1;
    }

    private static double llama3(double plain, RopeScaling.Llama3 s) {
        double turns = s.originalContext() * plain / (2 * Math.PI);
        if (turns < s.lowFrequencyFactor()) {
            return plain / s.factor();
        }
        if (turns > s.highFrequencyFactor()) {
            return plain;
        }
        double keep =
                (turns - s.lowFrequencyFactor())
                        / (s.highFrequencyFactor() - s.lowFrequencyFactor());
        return (1 - keep) * plain / s.factor() + keep * plain;
    }

    private double yarn(double plain, int i, RopeScaling.Yarn s) {
        double low = Math.max(Math.floor(pairWithTurns(s.betaFast(), s)), 0);
        double high = Math.min(Math.ceil(pairWithTurns(s.betaSlow(), s)), headDim - 1.0);
        double width = Math.max(high - low, 1e-3);
        double interpolate = Math.clamp((i - low) / width, 0, 1);
        return interpolate * plain / s.factor() + (1 - interpolate) * plain;
    }

    /** The (fractional) pair that makes {@code turns} rotations over the original context. */
    private double pairWithTurns(double turns, RopeScaling.Yarn s) {
        return headDim
                * Math.log(s.originalContext() / (turns * 2 * Math.PI))
                / (2 * Math.log(theta));
    }
}
