package dev.trilobit.model;

import java.time.Duration;

/**
 * Counts and times of one generation.
 *
 * @param promptTokens prompt tokens that were not in the cache
 * @param generatedTokens tokens the model gave, the end token included
 * @param prefill from the first prompt token to the scores of the first new one
 * @param decode from there to the end, the listener's time included
 */
public record GenerationStats(
        int promptTokens, int generatedTokens, Duration prefill, Duration decode) {
    public GenerationStats {
        if (promptTokens < 0
                || generatedTokens < 0
                || prefill.isNegative()
                || decode.isNegative()) {
            throw new IllegalArgumentException(
                    "%d prompt tokens in %s, %d generated in %s: none may be negative"
                            .formatted(promptTokens, prefill, generatedTokens, decode));
        }
    }

    /** Returns prompt tokens a second; 0 if none were computed. */
    public double promptTokensPerSecond() {
        return rate(promptTokens, prefill);
    }

    /**
     * Returns generated tokens a second. The first one comes out of the prefill, so that n tokens
     * take n - 1 steps of decoding: that is what is counted. 0 for fewer than two tokens.
     */
    public double tokensPerSecond() {
        return rate(Math.max(generatedTokens - 1, 0), decode);
    }

    private static double rate(int tokens, Duration time) {
        return time.isZero() ? 0 : tokens * 1e9 / time.toNanos();
    }
}
