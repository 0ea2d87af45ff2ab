package dev.trilobit.model;

/** A prompt or conversation does not fit into the context; nothing was computed or changed. */
public final class ContextOverflowException extends IllegalArgumentException {
    private static final long serialVersionUID = 1;

    private final int tokens;
    private final int maxContextTokens;

    /**
     * Reports what does not fit.
     *
     * @param what what it is, such as {@code the prompt}
     * @param tokens tokens it has
     * @param maxContextTokens tokens the context holds, one of which must stay free
     * @param remedy what to do
     */
    ContextOverflowException(String what, int tokens, int maxContextTokens, String remedy) {
        super(
                "%s has %d tokens, the context holds %d and needs one for the answer; %s"
                        .formatted(what, tokens, maxContextTokens, remedy));
        this.tokens = tokens;
        this.maxContextTokens = maxContextTokens;
    }

    /** Returns the tokens that were to be put into the context. */
    public int tokens() {
        return tokens;
    }

    /** Returns the tokens the context holds. */
    public int maxContextTokens() {
        return maxContextTokens;
    }
}
