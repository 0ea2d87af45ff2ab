package dev.trilobit.backend.cpu;

import jdk.incubator.vector.FloatVector;

/** Element-wise sum. */
final class AddStep implements Step {
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
    public void run() {
        int length = tokens.count() * width;
        int i = 0;
        for (; i < Lanes.FLOATS.loopBound(length); i += Lanes.FLOATS.length()) {
            FloatVector.fromArray(Lanes.FLOATS, left, i)
                    .add(FloatVector.fromArray(Lanes.FLOATS, right, i))
                    .intoArray(out, i);
        }
        for (; i < length; i++) {
            out[i] = left[i] + right[i];
        }
    }
}
