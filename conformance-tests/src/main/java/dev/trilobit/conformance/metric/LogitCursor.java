package dev.trilobit.conformance.metric;

/** The logits of one token sequence, position by position. Used by one thread. */
public interface LogitCursor extends AutoCloseable {
    /**
     * Returns the logits after the next token: [vocabulary], not touched again by the cursor.
     *
     * @throws java.util.NoSuchElementException after the last token
     */
    double[] next();

    /** Frees what the sequence needed. Idempotent. */
    @Override
    void close();
}
