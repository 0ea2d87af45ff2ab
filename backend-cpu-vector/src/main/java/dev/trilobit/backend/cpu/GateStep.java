package dev.trilobit.backend.cpu;

import dev.trilobit.api.program.GateActivation;
import jdk.incubator.vector.FloatVector;

/** {@code activation(gate) * up}. */
final class GateStep implements TokenStep {
    private final StepTokens tokens;
    private final float[] gate;
    private final float[] up;
    private final float[] out;
    private final int width;
    private final GateActivation activation;

    GateStep(
            StepTokens tokens,
            float[] gate,
            float[] up,
            float[] out,
            int width,
            GateActivation activation) {
        this.tokens = tokens;
        this.gate = gate;
        this.up = up;
        this.out = out;
        this.width = width;
        this.activation = activation;
    }

    @Override
    public StepTokens tokens() {
        return tokens;
    }

    @Override
    public void run(int from, int to, int worker) {
        for (int t = from; t < to; t++) {
            switch (activation) {
                case SILU -> silu(t * width);
                case RELU_SQUARED -> reluSquared(t * width);
            }
        }
    }

    private void silu(int offset) {
        int i = 0;
        int bound = Lanes.FLOATS.loopBound(width);
        for (; i < bound; i += Lanes.FLOATS.length()) {
            FloatVector g = FloatVector.fromArray(Lanes.FLOATS, gate, offset + i);
            FloatVector u = FloatVector.fromArray(Lanes.FLOATS, up, offset + i);
            g.div(VectorExp.exp(g.neg()).add(1f)).mul(u).intoArray(out, offset + i);
        }
        for (; i < width; i++) {
            float g = gate[offset + i];
            out[offset + i] = (float) (g / (1 + Math.exp(-g))) * up[offset + i];
        }
    }

    private void reluSquared(int offset) {
        int i = 0;
        int bound = Lanes.FLOATS.loopBound(width);
        for (; i < bound; i += Lanes.FLOATS.length()) {
            FloatVector g = FloatVector.fromArray(Lanes.FLOATS, gate, offset + i).max(0f);
            FloatVector u = FloatVector.fromArray(Lanes.FLOATS, up, offset + i);
            g.mul(g).mul(u).intoArray(out, offset + i);
        }
        for (; i < width; i++) {
            float g = Math.max(gate[offset + i], 0f);
            out[offset + i] = g * g * up[offset + i];
        }
    }
}
