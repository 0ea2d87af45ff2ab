package dev.trilobit.model;

import dev.trilobit.model.generate.TokenSource;
import dev.trilobit.model.text.ChatMessage;
import java.util.ArrayList;
import java.util.List;

/**
 * One conversation. Each message renders the whole history through the model's chat template; only
 * what differs from the tokens in the cache is computed. Used by one thread at a time.
 */
public final class ChatSession implements AutoCloseable {
    private final ModelText text;
    private final TokenSource source;
    private final List<ChatMessage> opening;
    private final List<ChatMessage> history;
    private boolean closed;

    /**
     * Starts.
     *
     * @param source empty; closed with this
     */
    ChatSession(ModelText text, TokenSource source, List<ChatMessage> opening) {
        this.text = text;
        this.source = source;
        this.opening = List.copyOf(opening);
        this.history = new ArrayList<>(opening);
    }

    /**
     * Tells whether the model has a chat template. Without one the messages are joined by newlines
     * and the model continues them, which suits a base model.
     */
    public boolean usesTemplate() {
        return text.hasTemplate();
    }

    /**
     * Says something and generates the answer.
     *
     * @throws IllegalArgumentException if the message is empty
     * @throws ContextOverflowException if the conversation does not fit into the context; the
     *     message is then not part of the history
     * @throws dev.trilobit.model.text.TemplateException if the template refuses the messages
     * @throws IllegalStateException if the session is closed
     */
    public GenerationResult send(String userMessage, GenerationOptions options) {
        return send(userMessage, options, GenerationListener.NONE);
    }

    /**
     * Says something, generates the answer and tells it as it comes. A cancelled answer stays in
     * the history as far as it came.
     *
     * @param listener may cancel; so does an interrupt of the thread, whose flag stays set
     * @throws IllegalArgumentException if the message is empty
     * @throws ContextOverflowException if the conversation does not fit into the context; the
     *     message is then not part of the history
     * @throws dev.trilobit.model.text.TemplateException if the template refuses the messages
     * @throws IllegalStateException if the session is closed
     */
    public GenerationResult send(
            String userMessage, GenerationOptions options, GenerationListener listener) {
        requireOpen();
        if (userMessage.isEmpty()) {
            throw new IllegalArgumentException(
                    "the message is empty: expected at least one character");
        }
        var asked = new ArrayList<>(history);
        asked.add(ChatMessage.user(userMessage));
        int[] prompt = text.encodeChat(asked);
        if (prompt.length >= source.maxContextTokens()) {
            throw new ContextOverflowException(
                    "the conversation",
                    prompt.length,
                    source.maxContextTokens(),
                    "shorten the message, reset the chat or open the model with a larger"
                            + " context");
        }
        int[] rest = ReusedCache.cutBack(source, prompt);
        GenerationResult result =
                new Generator(source, text.newStream(), text.endTokens(), options, listener)
                        .run(rest);
        history.add(asked.getLast());
        history.add(ChatMessage.assistant(result.text()));
        return result;
    }

    /** Returns all messages so far, the opening included. A copy. */
    public List<ChatMessage> history() {
        return List.copyOf(history);
    }

    /** Returns the tokens in the context. */
    public int contextTokens() {
        return source.sequence().size();
    }

    /**
     * Returns to the opening: forgets what was said since.
     *
     * @throws IllegalStateException if the session is closed
     */
    public void reset() {
        requireOpen();
        history.clear();
        history.addAll(opening);
        source.truncate(0);
    }

    private void requireOpen() {
        if (closed) {
            throw new IllegalStateException("the chat is closed");
        }
    }

    /** Frees the cache. Idempotent. */
    @Override
    public void close() {
        closed = true;
        source.close();
    }
}
