package dev.trilobit.model.generate;

/**
 * What lowers the scores of tokens that are there already.
 *
 * @param repetition above 0, 1 is off: positive scores are divided by it and negative ones
 *     multiplied, once for each different token of the last {@code repetitionWindow} tokens of
 *     prompt and answer (arXiv 1909.05858; transformers {@code RepetitionPenaltyLogitsProcessor})
 * @param repetitionWindow tokens that {@code repetition} looks back, at least 1; {@link
 *     #WHOLE_CONTEXT} for all
 * @param frequency -2 to 2, 0 is off: subtracted once for each time the token is in the answer
 *     (OpenAI's {@code frequency_penalty})
 * @param presence -2 to 2, 0 is off: subtracted if the token is in the answer at all (OpenAI's
 *     {@code presence_penalty})
 */
public record Penalties(
        double repetition, int repetitionWindow, double frequency, double presence) {
    /** A window that holds every token. */
    public static final int WHOLE_CONTEXT = Integer.MAX_VALUE;

    /** No penalty at all. */
    public static final Penalties NONE = new Penalties(1, WHOLE_CONTEXT, 0, 0);

    public Penalties {
        var wrong = new WrongOptions();
        if (!(repetition > 0) || Double.isInfinite(repetition)) {
            wrong.add("repetition penalty", "a number above 0 (1 is off)", repetition);
        }
        if (repetitionWindow < 1) {
            wrong.add("repetition window", "at least 1 token", repetitionWindow);
        }
        if (!(Math.abs(frequency) <= 2)) {
            wrong.add("frequency penalty", "-2 to 2 (0 is off)", frequency);
        }
        if (!(Math.abs(presence) <= 2)) {
            wrong.add("presence penalty", "-2 to 2 (0 is off)", presence);
        }
        wrong.throwIfAny();
    }

    /** Tells whether nothing is penalized. */
    public boolean isNone() {
        return repetition == 1 && frequency == 0 && presence == 0;
    }
}
