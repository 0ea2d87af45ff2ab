package dev.trilobit.model;

import dev.trilobit.model.generate.TokenSource;

/**
 * Continues one plain text, keeping what was computed. Used by one thread at a time. A generation
 * that fails leaves the text as it was.
 *
 * <p>The text so far is everything given and generated, without end tokens and stop strings.
 */
public final class TextSession implements AutoCloseable {
    private final ModelText text;
    private final TokenSource source;
    private String carried = "";
    private boolean closed;

    /**
     * Starts with no text.
     *
     * @param source empty; closed with this
     */
    TextSession(ModelText text, TokenSource source) {
        this.text = text;
        this.source = source;
    }

    /**
     * Appends text and generates what follows.
     *
     * @param more may be empty if the session has text already
     * @throws IllegalArgumentException if the session would have no text
     * @throws ContextOverflowException if the text does not fit into the context
     * @throws IllegalStateException if the session is closed
     */
    public GenerationResult generate(String more, GenerationOptions options) {
        return generate(more, options, GenerationListener.NONE);
    }

    /**
     * Appends text, generates what follows and tells it as it comes.
     *
     * @param more may be empty if the session has text already
     * @param listener may cancel; so does an interrupt of the thread, whose flag stays set
     * @throws IllegalArgumentException if the session would have no text
     * @throws ContextOverflowException if the text does not fit into the context
     * @throws IllegalStateException if the session is closed
     */
    public GenerationResult generate(
            String more, GenerationOptions options, GenerationListener listener) {
        requireOpen();
        int[] prompt = encode(carried + more);
        int before = source.sequence().size();
        int tokens = before + prompt.length;
        if (tokens >= source.maxContextTokens()) {
            throw new ContextOverflowException(
                    "the text",
                    tokens,
                    source.maxContextTokens(),
                    "shorten it, reset the session or open the model with a larger context");
        }
        GenerationResult result = run(prompt, options, listener);
        carried = "";
        switch (result.reason()) {
            case END_TOKEN -> source.truncate(source.sequence().size() - 1);
            case STOP_STRING -> {
                // A stop string may end inside a token: the text before it is encoded anew.
                source.truncate(before + prompt.length);
                carried = result.text();
            }
            case MAX_TOKENS, CONTEXT_FULL, CANCELLED -> {}
        }
        return result;
    }

    /** Leaves the text as it was if the generation fails, so that the call can be repeated. */
    private GenerationResult run(
            int[] prompt, GenerationOptions options, GenerationListener listener) {
        int before = source.sequence().size();
        var generator =
                new Generator(source, streamAfter(prompt), text.endTokens(), options, listener);
        try {
            return generator.run(prompt);
        } catch (RuntimeException | Error e) {
            try {
                source.truncate(before);
            } catch (RuntimeException second) {
                e.addSuppressed(second);
            }
            throw e;
        }
    }

    private int[] encode(String more) {
        boolean first = source.sequence().size() == 0;
        int[] prompt =
                first && more.isEmpty()
                        ? new int[0]
                        : first ? text.encodePrompt(more) : text.encodeMore(more);
        if (first && prompt.length == 0) {
            throw new IllegalArgumentException(
                    "the prompt is empty: expected at least one character");
        }
        return prompt;
    }

    /** Feeds what is there first: a space or half a character may depend on it. */
    private TextStream streamAfter(int[] prompt) {
        TextStream stream = text.newStream();
        for (int i = 0; i < source.sequence().size(); i++) {
            stream.accept(source.sequence().get(i));
        }
        for (int token : prompt) {
            stream.accept(token);
        }
        return stream;
    }

    /**
     * Returns the tokens in the context. The answer before a stop string is encoded anew by the
     * next call and counts from then on.
     */
    public int contextTokens() {
        return source.sequence().size();
    }

    /**
     * Forgets the text.
     *
     * @throws IllegalStateException if the session is closed
     */
    public void reset() {
        requireOpen();
        source.truncate(0);
        carried = "";
    }

    private void requireOpen() {
        if (closed) {
            throw new IllegalStateException("the text session is closed");
        }
    }

    /** Frees the cache. Idempotent. */
    @Override
    public void close() {
        closed = true;
        source.close();
    }
}
