package dev.trilobit.api.backend;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * One sequence being decoded: a key-value cache and the position after its last token. Used by one
 * thread at a time.
 */
public interface DecoderSession extends AutoCloseable {
    /** Returns the number of tokens in the cache. */
    int position();

    /** Returns the positions the cache can hold. */
    int maxContextTokens();

    /**
     * Appends tokens and computes logits.
     *
     * @param tokens 1 to {@code maxTokensPerStep} ids; read before this returns, not kept
     * @param rows which tokens' logits to compute
     * @return native-endian f32, shape [1 or tokens.length, logits width], owned by the session,
     *     aligned to 4 bytes; valid and unchanged until the next call on this session
     * @throws IllegalArgumentException if there are no or too many tokens, a token is outside the
     *     vocabulary, or the context cannot hold them; the session is then unchanged
     * @throws IllegalStateException if the session is closed
     * @throws BackendException if the device fails; the session is then of no further use
     */
    MemorySegment forward(int[] tokens, LogitRows rows);

    /**
     * Forgets all positions from {@code position} on; what follows is as if they had never been.
     *
     * @param position from 0 to {@link #position}
     * @throws IllegalArgumentException if it lies outside
     * @throws IllegalStateException if the session is closed
     */
    void truncate(int position);

    /**
     * Opens a session with the same tokens; afterwards the two are independent.
     *
     * @throws BackendException if memory does not suffice
     * @throws IllegalStateException if the session is closed
     */
    DecoderSession fork();

    /**
     * Decodes greedily: appends {@code first}, hands the most likely next token to {@code sink},
     * appends that one, and so on. Of equally likely tokens the smallest id wins. Afterwards the
     * cache holds {@code first} and all tokens handed out but the last; with a count of 0 or less
     * nothing happens.
     *
     * @param first token to append first
     * @param count most tokens to hand out
     * @param sink may stop the loop
     * @return tokens handed out
     * @throws IllegalArgumentException as {@link #forward}; tokens handed out before stay appended
     * @throws IllegalStateException if the session is closed and {@code count} is positive
     * @throws BackendException as {@link #forward}, or if a logit is NaN
     */
    default int greedy(int first, int count, TokenSink sink) {
        int[] token = {first};
        for (int n = 0; n < count; n++) {
            token[0] = argmax(forward(token, LogitRows.LAST));
            if (!sink.accept(token[0])) {
                return n + 1;
            }
        }
        return Math.max(count, 0);
    }

    /** Frees the cache. Idempotent. */
    @Override
    void close();

    private static int argmax(MemorySegment logits) {
        int best = 0;
        float most = Float.NEGATIVE_INFINITY;
        int count = (int) (logits.byteSize() / Float.BYTES);
        for (int i = 0; i < count; i++) {
            float value = logits.getAtIndex(ValueLayout.JAVA_FLOAT, i);
            if (Float.isNaN(value)) {
                throw new BackendException("the logit of token %d is NaN".formatted(i));
            }
            if (value > most) {
                most = value;
                best = i;
            }
        }
        return best;
    }
}
