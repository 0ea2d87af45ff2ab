package dev.trilobit.conformance.contract;

/**
 * Limits on the logits of a whole model against the oracle.
 *
 * @param prefillDivergence largest mean KL in nats a position, each way, in steps of many tokens
 * @param decodeDivergence the same, in steps of one token
 * @param top1 least share of positions with the oracle's choice, ties not counted as agreement
 * @param worstChunkTop1 the same for every chunk
 * @param tieWidth logit units: a choice whose oracle logit is this close to the largest is a tie,
 *     counted apart; every other disagreement fails
 */
public record LogitBudget(
        double prefillDivergence,
        double decodeDivergence,
        double top1,
        double worstChunkTop1,
        double tieWidth) {
    public LogitBudget {
        if (!(prefillDivergence > 0) || !(decodeDivergence > 0) || !(tieWidth >= 0)) {
            throw new IllegalArgumentException(
                    "divergences %s and %s must be positive, the tie width %s not negative"
                            .formatted(prefillDivergence, decodeDivergence, tieWidth));
        }
        if (!(top1 >= 0 && top1 <= 1) || !(worstChunkTop1 >= 0 && worstChunkTop1 <= top1)) {
            throw new IllegalArgumentException(
                    "top-1 of %s, %s in the worst chunk: must be shares, the second no larger"
                            .formatted(top1, worstChunkTop1));
        }
    }
}
