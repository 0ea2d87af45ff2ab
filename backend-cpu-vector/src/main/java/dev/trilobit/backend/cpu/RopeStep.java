package dev.trilobit.backend.cpu;

import jdk.incubator.vector.FloatVector;

/** Turns heads by the position of their token: the first half of a head against the second. */
final class RopeStep implements TokenStep {
    private final StepTokens tokens;
    private final float[] in;
    private final float[] out;
    private final int heads;
    private final RopeTable table;

    RopeStep(StepTokens tokens, float[] in, float[] out, int heads, RopeTable table) {
        this.tokens = tokens;
        this.in = in;
        this.out = out;
        this.heads = heads;
        this.table = table;
    }

    @Override
    public StepTokens tokens() {
        return tokens;
    }

    @Override
    public void run(int from, int to, int worker) {
        int headDim = 2 * table.half();
        for (int t = from; t < to; t++) {
            int angles = (tokens.position() + t) * table.half();
            for (int h = 0; h < heads; h++) {
                turn((t * heads + h) * headDim, angles);
            }
        }
    }

    private void turn(int offset, int angles) {
        int half = table.half();
        float[] cos = table.cos();
        float[] sin = table.sin();
        int bound = Lanes.FLOATS.loopBound(half);
        for (int i = 0; i < bound; i += Lanes.FLOATS.length()) {
            FloatVector first = FloatVector.fromArray(Lanes.FLOATS, in, offset + i);
            FloatVector second = FloatVector.fromArray(Lanes.FLOATS, in, offset + half + i);
            FloatVector c = FloatVector.fromArray(Lanes.FLOATS, cos, angles + i);
            FloatVector s = FloatVector.fromArray(Lanes.FLOATS, sin, angles + i);
            first.mul(c).sub(second.mul(s)).intoArray(out, offset + i);
            second.mul(c).add(first.mul(s)).intoArray(out, offset + half + i);
        }
        for (int i = bound; i < half; i++) {
            float first = in[offset + i];
            float second = in[offset + half + i];
            out[offset + i] = first * cos[angles + i] - second * sin[angles + i];
            out[offset + half + i] = second * cos[angles + i] + first * sin[angles + i];
        }
    }
}
