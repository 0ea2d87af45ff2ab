package dev.trilobit.conformance.metric;

/** Softmax over the full vocabulary, in logarithms and float64. */
public final class LogProbabilities {
    private LogProbabilities() {}

    /**
     * Returns the natural logarithms of the softmax of {@code logits} in a new array. A logit that
     * is NaN or positive infinity makes every result NaN; negative infinity is a probability of 0.
     */
    public static double[] of(double[] logits) {
        double largest = Double.NEGATIVE_INFINITY;
        for (double logit : logits) {
            largest = Math.max(largest, logit); // NaN stays NaN
        }
        double sum = 0;
        for (double logit : logits) {
            sum += Math.exp(logit - largest);
        }
        double logSum = largest + Math.log(sum);
        var out = new double[logits.length];
        for (int i = 0; i < out.length; i++) {
            out[i] = logits[i] - logSum;
        }
        return out;
    }

    /**
     * Returns KL(p || q) in nats; where p is 0 a term is 0.
     *
     * @param p logarithms of probabilities
     * @param q logarithms of probabilities, as many
     * @throws IllegalArgumentException if the lengths differ
     */
    public static double divergence(double[] p, double[] q) {
        if (p.length != q.length) {
            throw new IllegalArgumentException(
                    "divergence of %d from %d probabilities".formatted(p.length, q.length));
        }
        double sum = 0;
        for (int i = 0; i < p.length; i++) {
            double probability = Math.exp(p[i]);
            if (probability != 0) {
                sum += probability * (p[i] - q[i]);
            }
        }
        return sum;
    }

    /** Returns the first index of the largest number; 0 if all are NaN. */
    public static int top(double[] numbers) {
        int best = 0;
        for (int i = 1; i < numbers.length; i++) {
            if (numbers[i] > numbers[best]) {
                best = i;
            }
        }
        return best;
    }
}
