package example.backend;

import dev.trilobit.api.program.GateActivation;
import dev.trilobit.api.program.RopeSpec;

/** The ops that need neither a matrix nor a cache, in double, rounded once at the end. */
final class TokenOps {
    private TokenOps() {}

    /** Norms each run of as many elements as {@code gain} has. */
    static float[] rmsNorm(float[] in, float[] gain, float epsilon) {
        var out = new float[in.length];
        for (int start = 0; start < in.length; start += gain.length) {
            double squares = 0;
            for (int i = start; i < start + gain.length; i++) {
                squares += (double) in[i] * in[i];
            }
            double factor = 1 / Math.sqrt(squares / gain.length + epsilon);
            for (int i = 0; i < gain.length; i++) {
                out[start + i] = (float) (in[start + i] * factor * gain[i]);
            }
        }
        return out;
    }

    /** Turns pair (i, i + half) of every head. */
    static float[] rope(float[] in, RopeSpec rope, int position) {
        var out = new float[in.length];
        int half = rope.headDim() / 2;
        for (int i = 0; i < half; i++) {
            double angle = position * rope.frequency(i);
            double cos = Math.cos(angle) * rope.magnitude();
            double sin = Math.sin(angle) * rope.magnitude();
            for (int first = i; first < in.length; first += rope.headDim()) {
                int second = first + half;
                out[first] = (float) (in[first] * cos - in[second] * sin);
                out[second] = (float) (in[second] * cos + in[first] * sin);
            }
        }
        return out;
    }

    static float[] gate(float[] gate, float[] up, GateActivation activation) {
        var out = new float[gate.length];
        for (int i = 0; i < out.length; i++) {
            double x = gate[i];
            double opened =
                    switch (activation) {
                        case SILU -> x / (1 + Math.exp(-x));
                        case RELU_SQUARED -> Math.max(x, 0) * Math.max(x, 0);
                    };
            out[i] = (float) (opened * up[i]);
        }
        return out;
    }

    static float[] add(float[] left, float[] right) {
        var out = new float[left.length];
        for (int i = 0; i < out.length; i++) {
            out[i] = left[i] + right[i];
        }
        return out;
    }
}
