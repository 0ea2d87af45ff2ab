package dev.trilobit.model.generate;

import dev.trilobit.api.backend.TokenSink;
import java.util.function.BooleanSupplier;

/**
 * Continues one token sequence. A source may find several tokens at once (speculative decoding);
 * who reads from it cannot tell but by the time. Used by one thread at a time.
 */
public interface TokenSource extends AutoCloseable {
    /** Returns the tokens so far, the prompt and what was generated. A live view. */
    TokenSequence sequence();

    /** Returns the most tokens that {@link #sequence} can hold. */
    int maxContextTokens();

    /** Returns the number of token ids; ids are 0 .. vocabulary - 1. */
    int vocabulary();

    /**
     * Begins an answer: what {@link #next} generates from here on is drawn by {@code settings},
     * with its seed, and counts as generated for the penalties. Given tokens never do.
     *
     * @throws IllegalArgumentException if the settings name a token outside the vocabulary; nothing
     *     is changed then
     */
    void begin(SamplerSettings settings);

    /**
     * Appends given tokens and computes what {@link #next} needs. In steps of the backend's size;
     * {@code goOn} is asked before each.
     *
     * @param tokens may be empty if the sequence is not
     * @param goOn false stops early; the tokens are part of the sequence all the same, and the next
     *     call goes on where this one stopped
     * @return whether all was computed
     * @throws IllegalArgumentException if the sequence would be empty, a token lies outside the
     *     vocabulary or the context cannot hold them; the sequence is then unchanged
     */
    boolean prefill(int[] tokens, BooleanSupplier goOn);

    /**
     * Generates at least one token. Each is appended to the sequence and handed to {@code sink};
     * when that says stop, nothing comes after it.
     *
     * @param most upper bound, at least 1
     * @return tokens handed out; 0 only if the context is full
     * @throws IllegalStateException if the sequence is empty or {@link #begin} was never called
     * @throws dev.trilobit.api.backend.BackendException if the device fails or its scores are not
     *     numbers
     */
    int next(int most, TokenSink sink);

    /**
     * Forgets all tokens from {@code size} on; what follows is as if they had never been.
     *
     * @throws IllegalArgumentException if {@code size} is not in 0 .. size of the sequence
     */
    void truncate(int size);

    /** Frees the cache. Idempotent. */
    @Override
    void close();
}
