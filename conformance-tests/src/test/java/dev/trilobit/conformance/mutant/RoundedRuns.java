package dev.trilobit.conformance.mutant;

import dev.trilobit.api.program.ActivationQuant;
import dev.trilobit.api.program.Op;

/** The input of a linear layer, each run of it rounded to int8 by its own largest magnitude. */
final class RoundedRuns {
    private final int tokens;
    private final int width;
    private final int run;
    private final Faults faults;
    private final float[] codes;

    /** [tokens, runs]. */
    private final float[] factors;

    RoundedRuns(Op.Linear layer, int tokens, Faults faults) {
        this.tokens = tokens;
        this.width = layer.in().width();
        this.run = layer.weight().format().runCols(width);
        this.faults = faults;
        this.codes = new float[tokens * width];
        this.factors = new float[tokens * runs()];
    }

    private int runs() {
        return Math.ceilDiv(width, run);
    }

    /** Takes over the tokens that lie in {@code memory} from {@code in} on. */
    void round(float[] memory, int in) {
        var ops = new ScalarOps(memory, faults);
        boolean shared = faults.has(Fault.INT8_RUNS_SHARE_A_FACTOR);
        for (int t = 0; t < tokens; t++) {
            for (int from = 0; from < width; from += run) {
                int at = t * width + from;
                int length = Math.min(run, width - from);
                float largest =
                        shared ? ops.largest(in + t * width, width) : ops.largest(in + at, length);
                if (!faults.has(Fault.INT8_WITHOUT_FLOOR)) {
                    largest = Math.max(largest, ActivationQuant.LEAST_RUN_MAGNITUDE);
                }
                ops.round(in + at, length, 127 / largest, codes, at);
                factors[t * runs() + from / run] = largest / 127;
            }
        }
        if (faults.has(Fault.INT8_RUN_FACTOR_SHIFTED)) {
            System.arraycopy(factors, 1, factors, 0, factors.length - 1);
        }
    }

    /** Multiplies; whole numbers add up exactly where the weight's scales share the runs. */
    void multiply(Matrix weight, float[] memory, int out) {
        if (Math.min(weight.run(), width) == run) {
            weight.multiply(tokens, codes, 0, factors, memory, out, faults);
            return;
        }
        for (int i = 0; i < codes.length; i++) {
            codes[i] *= factors[i / width * runs() + i % width / run];
        }
        weight.multiply(tokens, codes, 0, memory, out, faults);
    }
}
