package dev.trilobit.conformance.metric;

/** Something that scores token sequences: an oracle, a backend, a file another program wrote. */
public interface LogitSource {
    /**
     * Starts a sequence from an empty cache; the caller closes the result before the next one.
     *
     * @param tokens at least one id
     */
    LogitCursor open(int[] tokens);
}
