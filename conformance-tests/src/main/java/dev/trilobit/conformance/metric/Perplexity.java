package dev.trilobit.conformance.metric;

/**
 * Perplexity of a text from the losses of its tokens, with the standard error that llama.cpp's
 * {@code perplexity} tool prints: the error of the mean loss, carried over to the exponential.
 *
 * @param tokens number of losses
 * @param sum of the losses, in nats
 * @param sumOfSquares of the losses
 */
public record Perplexity(long tokens, double sum, double sumOfSquares) {
    /** No token yet. */
    public static final Perplexity NONE = new Perplexity(0, 0, 0);

    /**
     * Returns these losses and one more.
     *
     * @param loss negative logarithm of the token's probability, in nats
     */
    public Perplexity with(double loss) {
        return new Perplexity(tokens + 1, sum + loss, sumOfSquares + loss * loss);
    }

    /** Returns the losses of both. */
    public Perplexity with(Perplexity other) {
        return new Perplexity(
                tokens + other.tokens, sum + other.sum, sumOfSquares + other.sumOfSquares);
    }

    /** Returns the mean loss in nats a token; NaN without tokens. */
    public double meanLoss() {
        return sum / tokens;
    }

    /** Returns {@code exp(meanLoss)}. */
    public double value() {
        return Math.exp(meanLoss());
    }

    /** Returns the standard error of {@link #value}; NaN below two tokens. */
    public double standardError() {
        if (tokens < 2) {
            return Double.NaN;
        }
        double variance = sumOfSquares / tokens - meanLoss() * meanLoss();
        return value() * Math.sqrt(Math.max(variance, 0) / (tokens - 1));
    }
}
