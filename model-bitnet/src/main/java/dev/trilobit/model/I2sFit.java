package dev.trilobit.model;

import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/**
 * How well a model understands a short text with each layout of its I2_S tensors.
 *
 * @param scores of every layout tried, the best first
 */
public record I2sFit(List<Score> scores) {
    /** The right layout of a trained model is better by orders of magnitude. */
    private static final double CLEARLY_BETTER = 2;

    /**
     * The result of one layout.
     *
     * @param layout which
     * @param perplexity of the text; infinite if logits were not finite
     */
    public record Score(I2sChoice layout, double perplexity) {
        @Override
        public String toString() {
            return String.format(Locale.ROOT, "%s %.4g", layout.label(), perplexity);
        }
    }

    public I2sFit {
        scores =
                scores.stream()
                        .sorted((x, y) -> Double.compare(x.perplexity(), y.perplexity()))
                        .toList();
        if (scores.isEmpty()) {
            throw new IllegalArgumentException("expected the score of one layout at least");
        }
    }

    /** Returns the layout with the lowest perplexity. */
    public I2sChoice best() {
        return scores.getFirst().layout();
    }

    /**
     * Tells whether the best is better than chance and clearly better than the others.
     *
     * @param vocabulary tokens among which chance chooses
     */
    public boolean isClear(int vocabulary) {
        double best = scores.getFirst().perplexity();
        return best * CLEARLY_BETTER <= vocabulary
                && scores.stream()
                        .skip(1)
                        .allMatch(other -> best * CLEARLY_BETTER <= other.perplexity());
    }

    /** Returns the figures for people, such as {@code perplexity a 12.3, c 4.2e+04}. */
    public String figures() {
        return scores.stream()
                .map(Score::toString)
                .collect(Collectors.joining(", ", "perplexity ", ""));
    }
}
