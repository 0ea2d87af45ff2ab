package dev.trilobit.conformance.metric;

/**
 * How the logits of one position compare with the reference's, over the full vocabulary.
 *
 * @param chunk number of the token sequence, from 0
 * @param position position in it, from 0
 * @param forward KL(reference || other) in nats; NaN if a number is not finite
 * @param reverse KL(other || reference) in nats; NaN if a number is not finite
 * @param gap how much lower the reference's logit of the other's choice is than its largest; 0 if
 *     both choose the same token, NaN if a number is not finite
 * @param choice whether both have the same largest logit
 */
public record PositionAgreement(
        int chunk, int position, double forward, double reverse, double gap, Choice choice) {
    /** How the two most likely tokens compare. */
    public enum Choice {
        /** The same token. */
        SAME,
        /** Another one that the reference likes as much, within the tie width. */
        TIED,
        /** Another one. */
        DIFFERENT,
        /** A logit of either is NaN or infinite: there is no choice. */
        NOT_FINITE
    }

    /**
     * Compares two rows of logits.
     *
     * @param reference [vocabulary]
     * @param other [vocabulary]
     * @param tieWidth as for {@link #ofLogProbabilities}
     * @throws IllegalArgumentException if the rows differ in length
     */
    public static PositionAgreement of(
            int chunk, int position, double[] reference, double[] other, double tieWidth) {
        return ofLogProbabilities(
                chunk,
                position,
                LogProbabilities.of(reference),
                LogProbabilities.of(other),
                tieWidth);
    }

    /**
     * Compares two rows.
     *
     * @param reference logarithms of probabilities, as {@link LogProbabilities#of} makes them of
     *     logits: [vocabulary]
     * @param other the same: [vocabulary]
     * @param tieWidth a token counts as tied with the most likely one if the reference's logit of
     *     it is at most this much lower; from 0
     * @throws IllegalArgumentException if the rows differ in length
     */
    public static PositionAgreement ofLogProbabilities(
            int chunk, int position, double[] reference, double[] other, double tieWidth) {
        if (reference.length != other.length) {
            throw new IllegalArgumentException(
                    "chunk %d, position %d: expected %d logits, got %d"
                            .formatted(chunk, position, reference.length, other.length));
        }
        if (!isFinite(reference) || !isFinite(other)) {
            return new PositionAgreement(
                    chunk, position, Double.NaN, Double.NaN, Double.NaN, Choice.NOT_FINITE);
        }
        int wanted = LogProbabilities.top(reference);
        int chosen = LogProbabilities.top(other);
        double gap = reference[wanted] - reference[chosen];
        return new PositionAgreement(
                chunk,
                position,
                LogProbabilities.divergence(reference, other),
                LogProbabilities.divergence(other, reference),
                gap,
                wanted == chosen ? Choice.SAME : byGap(gap, tieWidth));
    }

    private static Choice byGap(double gap, double tieWidth) {
        return gap <= tieWidth ? Choice.TIED : Choice.DIFFERENT;
    }

    /** Returns this with another width of ties, as for {@link #ofLogProbabilities}. */
    PositionAgreement withTieWidth(double tieWidth) {
        Choice judged =
                switch (choice) {
                    case SAME, NOT_FINITE -> choice;
                    case TIED, DIFFERENT -> byGap(gap, tieWidth);
                };
        return new PositionAgreement(chunk, position, forward, reverse, gap, judged);
    }

    private static boolean isFinite(double[] numbers) {
        for (double number : numbers) {
            if (!Double.isFinite(number)) {
                return false;
            }
        }
        return true;
    }
}
