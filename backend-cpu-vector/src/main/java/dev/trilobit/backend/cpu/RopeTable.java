package dev.trilobit.backend.cpu;

import dev.trilobit.api.program.RopeSpec;

/** Cosines and sines of every position and pair, computed in double and rounded once. */
final class RopeTable {
    private final int half;
    private final float[] cos;
    private final float[] sin;

    RopeTable(RopeSpec spec, int positions) {
        half = spec.headDim() / 2;
        cos = new float[Math.multiplyExact(positions, half)];
        sin = new float[cos.length];
        for (int i = 0; i < half; i++) {
            double frequency = spec.frequency(i);
            for (int p = 0; p < positions; p++) {
                cos[p * half + i] = (float) (Math.cos(p * frequency) * spec.magnitude());
                sin[p * half + i] = (float) (Math.sin(p * frequency) * spec.magnitude());
            }
        }
    }

    /** Pairs of a head. */
    int half() {
        return half;
    }

    /** Cosines, shape [positions, half]. */
    float[] cos() {
        return cos;
    }

    /** Sines, shape [positions, half]. */
    float[] sin() {
        return sin;
    }
}
