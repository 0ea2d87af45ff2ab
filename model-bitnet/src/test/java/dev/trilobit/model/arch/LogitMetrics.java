package dev.trilobit.model.arch;

/** How far two rows of logits are apart. */
public final class LogitMetrics {
    private LogitMetrics() {}

    /** Returns the logarithms of the softmax. */
    public static double[] logSoftmax(double[] logits) {
        double largest = logits[argMax(logits)];
        double sum = 0;
        for (double logit : logits) {
            sum += Math.exp(logit - largest);
        }
        var out = new double[logits.length];
        for (int i = 0; i < out.length; i++) {
            out[i] = logits[i] - largest - Math.log(sum);
        }
        return out;
    }

    /** Returns KL(reference || ours) in nats. */
    public static double divergence(double[] reference, double[] ours) {
        double[] p = logSoftmax(reference);
        double[] q = logSoftmax(ours);
        double sum = 0;
        for (int i = 0; i < p.length; i++) {
            sum += Math.exp(p[i]) * (p[i] - q[i]);
        }
        return sum;
    }

    /** Returns the first index of the largest number. */
    public static int argMax(double[] numbers) {
        int best = 0;
        for (int i = 1; i < numbers.length; i++) {
            if (numbers[i] > numbers[best]) {
                best = i;
            }
        }
        return best;
    }
}
