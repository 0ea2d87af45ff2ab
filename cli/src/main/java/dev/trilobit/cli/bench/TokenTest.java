package dev.trilobit.cli.bench;

/**
 * What is timed, named as llama-bench names it.
 *
 * @param kind how tokens go through the model
 * @param tokens of the prompt, to generate, or of one step
 * @param depth tokens that are in the context before
 */
record TokenTest(Kind kind, int tokens, int depth) {
    /** Steps of one repetition of {@link Kind#STEP}. */
    static final int STEPS = 16;

    /** How tokens go through the model. */
    enum Kind {
        /** All at once, in steps as large as the session takes. */
        PROMPT,
        /** One by one. */
        GENERATE,
        /** A few at once with the logits of each, as when a draft is verified. */
        STEP
    }

    TokenTest {
        if (tokens < 1 || depth < 0) {
            throw new IllegalArgumentException(
                    "%s of %d tokens at depth %d: expected tokens from 1, depth from 0"
                            .formatted(kind, tokens, depth));
        }
    }

    /** Returns for instance {@code pp512}, {@code tg128 @ d1024} or {@code step4}. */
    String label() {
        String name =
                switch (kind) {
                    case PROMPT -> "pp";
                    case GENERATE -> "tg";
                    case STEP -> "step";
                };
        return name + tokens + (depth == 0 ? "" : " @ d" + depth);
    }

    /** Returns the tokens that one repetition appends. */
    int appended() {
        return kind == Kind.STEP ? Math.multiplyExact(STEPS, tokens) : tokens;
    }

    /** Returns the tokens of one forward, prompts in steps of {@code promptTokens}. */
    int stepTokens(int promptTokens) {
        return switch (kind) {
            case PROMPT -> Math.min(tokens, promptTokens);
            case GENERATE -> 1;
            case STEP -> tokens;
        };
    }

    /** Returns the rows of logits that one repetition computes. */
    int rows(int promptTokens) {
        return kind == Kind.PROMPT ? Math.ceilDiv(tokens, stepTokens(promptTokens)) : appended();
    }

    /** Returns the number of tokens before the one in the middle of a repetition. */
    double middle() {
        return depth + (appended() - 1) / 2.0;
    }
}
