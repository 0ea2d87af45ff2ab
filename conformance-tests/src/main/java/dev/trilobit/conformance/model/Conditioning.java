package dev.trilobit.conformance.model;

import dev.trilobit.conformance.contract.LogitBudget;
import dev.trilobit.conformance.metric.Agreement;

/**
 * Limits for models that multiply roundings. Some do: SmolLM2-135M with its linear layers quantized
 * to one bit after training has a perplexity of 20 million, and f32 arithmetic of any order, MLX's
 * as well as ours, ends 1e-6 to 5e-6 nats from the oracle. What rounding every result to f32 does
 * to the oracle itself tells such a model from a wrong backend.
 */
final class Conditioning {
    /**
     * How much further a backend may be from the oracle than the rounded oracle. A result rounds
     * once, a sum in f32 at each of its terms: 1,536 of them in 16 lanes are about a hundred
     * roundings one after another, and divergence grows with their variance. SmolLM2 in one bit
     * needs 39.
     */
    private static final double ALLOWANCE = 100;

    /**
     * The published mean KL of MLX's 1-bit kernels in prefill and decode: no model excuses more.
     */
    private static final double MOST_IN_PREFILL = 3e-5;

    private static final double MOST_IN_DECODE = 7e-5;

    /** Published too, over all positions. */
    private static final double TOP1 = 0.9985;

    /** Two ties in a sequence of 128 tokens. */
    private static final double WORST_CHUNK_TOP1 = 0.98;

    private Conditioning() {}

    /**
     * Returns the limits for a model on which rounded results have this agreement with exact ones:
     * those of {@code budget}, where they are wide enough. A logit moves by about the square root
     * of the divergence, and so does the tie width.
     */
    static LogitBudget widened(LogitBudget budget, Agreement rounded) {
        double expected = ALLOWANCE * Math.max(rounded.forward().mean(), rounded.reverse().mean());
        double prefill = widened(budget.prefillDivergence(), expected, MOST_IN_PREFILL);
        double decode = widened(budget.decodeDivergence(), expected, MOST_IN_DECODE);
        if (prefill == budget.prefillDivergence() && decode == budget.decodeDivergence()) {
            return budget;
        }
        double factor =
                Math.max(prefill / budget.prefillDivergence(), decode / budget.decodeDivergence());
        return new LogitBudget(
                prefill,
                decode,
                Math.min(budget.top1(), TOP1),
                Math.min(budget.worstChunkTop1(), WORST_CHUNK_TOP1),
                budget.tieWidth() * Math.sqrt(factor));
    }

    /** A NaN widens nothing. */
    private static double widened(double limit, double expected, double most) {
        return expected > limit ? Math.max(limit, Math.min(expected, most)) : limit;
    }
}
