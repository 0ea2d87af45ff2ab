package example.backend;

import dev.trilobit.api.program.ActivationQuant;

/**
 * What a linear layer multiplies with, for one token: {@code values[i] / divisor}. Activations that
 * are rounded a token keep their integers as values, so that sums over them are exact.
 */
final class TokenInput {
    private final ActivationQuant rule;
    private final double[] values;
    private final double divisor;

    private TokenInput(ActivationQuant rule, double[] values, double divisor) {
        this.rule = rule;
        this.values = values;
        this.divisor = divisor;
    }

    /**
     * Prepares activations as the layer's rule says.
     *
     * @param run activations that share a scale of the weight
     */
    static TokenInput of(float[] x, ActivationQuant rule, int run) {
        var values = new double[x.length];
        double divisor =
                switch (rule) {
                    case NONE, INT8_PER_GROUP -> 1;
                    case INT8_PER_TOKEN -> int8Scale(x);
                };
        for (int i = 0; i < x.length; i++) {
            values[i] =
                    switch (rule) {
                        case NONE -> x[i];
                        // rint rounds ties to even, as the format asks.
                        case INT8_PER_TOKEN -> Math.clamp(Math.rint(x[i] * divisor), -128, 127);
                        case INT8_PER_GROUP -> {
                            double step = runStep(x, i - i % run, run);
                            yield Math.rint(x[i] / step) * step;
                        }
                    };
        }
        return new TokenInput(rule, values, divisor);
    }

    /**
     * What the rounded values of a run are multiples of: a float, so that multiples and their sums
     * are exact in double.
     */
    private static double runStep(float[] x, int from, int run) {
        double largest = ActivationQuant.LEAST_RUN_MAGNITUDE;
        for (int i = from; i < Math.min(from + run, x.length); i++) {
            largest = Math.max(largest, Math.abs(x[i]));
        }
        return (float) (largest / 127);
    }

    private static double int8Scale(float[] x) {
        double largest = 1e-5;
        for (float value : x) {
            largest = Math.max(largest, Math.abs(value));
        }
        return 127 / largest;
    }

    /** Returns the values before the division; not to be changed. */
    double[] values() {
        return values;
    }

    /** Returns what every sum over the values is to be divided by. */
    double divisor() {
        return divisor;
    }

    /** Arranges the values so that bit masks can select them. */
    MaskedSums maskedSums(WordLayout layout) {
        return switch (rule) {
            case NONE, INT8_PER_GROUP -> new FloatSums(values, layout);
            case INT8_PER_TOKEN -> new BitSlices(values, layout);
        };
    }
}
