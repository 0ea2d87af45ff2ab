package dev.trilobit.backend.cpu;

import jdk.incubator.vector.FloatVector;

/** Root-mean-square norm of every run of {@code gain.length} elements. */
final class NormStep implements TokenStep {
    private final StepTokens tokens;
    private final float[] in;
    private final float[] out;
    private final int runsPerToken;
    private final float[] gain;
    private final float epsilon;

    NormStep(StepTokens tokens, float[] in, float[] out, int width, float[] gain, float epsilon) {
        this.tokens = tokens;
        this.in = in;
        this.out = out;
        this.runsPerToken = width / gain.length;
        this.gain = gain;
        this.epsilon = epsilon;
    }

    @Override
    public StepTokens tokens() {
        return tokens;
    }

    @Override
    public void run(int from, int to, int worker) {
        for (int run = from * runsPerToken; run < to * runsPerToken; run++) {
            normalize(run * gain.length);
        }
    }

    private void normalize(int offset) {
        int bound = Lanes.FLOATS.loopBound(gain.length);
        FloatVector squares = FloatVector.zero(Lanes.FLOATS);
        for (int i = 0; i < bound; i += Lanes.FLOATS.length()) {
            FloatVector x = FloatVector.fromArray(Lanes.FLOATS, in, offset + i);
            squares = squares.add(x.mul(x));
        }
        double sum = 0;
        if (bound > 0) {
            // The place of the result is free until the sum is known.
            squares.intoArray(out, offset);
            sum = Lanes.sum(out, offset);
        }
        for (int i = bound; i < gain.length; i++) {
            sum += in[offset + i] * in[offset + i];
        }
        // Squares beyond the float range must not look like a quiet zero.
        float factor =
                sum < Double.POSITIVE_INFINITY
                        ? (float) (1 / Math.sqrt(sum / gain.length + epsilon))
                        : Float.NaN;
        for (int i = 0; i < bound; i += Lanes.FLOATS.length()) {
            FloatVector.fromArray(Lanes.FLOATS, in, offset + i)
                    .mul(factor)
                    .mul(FloatVector.fromArray(Lanes.FLOATS, gain, i))
                    .intoArray(out, offset + i);
        }
        for (int i = bound; i < gain.length; i++) {
            out[offset + i] = in[offset + i] * factor * gain[i];
        }
    }
}
