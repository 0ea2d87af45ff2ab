package dev.trilobit.backend.cpu;

import jdk.incubator.vector.FloatVector;

/** Element-wise sum. */
final class AddStep implements TokenStep {
    private final StepTokens tokens;
    private final float[] left;
    private final float[] right;
    private final float[] out;
    private final int width;

    AddStep(StepTokens tokens, float[] left, float[] right, float[] out, int width) {
        this.tokens = tokens;
        this.left = left;
        this.right = right;
        this.out = out;
        this.width = width;
    }

    @Override
    public StepTokens tokens() {
        return tokens;
    }

    @Override
    public void run(int from, int to, int worker) {
        int end = to * width;
        int i = from * width;
        for (; i <= end - Lanes.FLOATS.length(); i += Lanes.FLOATS.length()) {
            FloatVector.fromArray(Lanes.FLOATS, left, i)
                    .add(FloatVector.fromArray(Lanes.FLOATS, right, i))
                    .intoArray(out, i);
        }
        for (; i < end; i++) {
            out[i] = left[i] + right[i];
        }
    }
}
