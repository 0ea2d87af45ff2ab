package dev.trilobit.api.backend;

import dev.trilobit.api.program.Program;

/**
 * A program with its weights on a device. Any number of sessions may be open; each is used by one
 * thread at a time, different ones at once.
 */
public interface CompiledProgram extends AutoCloseable {
    /** Returns what was compiled. */
    Program program();

    /** Returns the bytes that the weights take here, besides what stays mapped from the file. */
    long weightBytes();

    /**
     * Returns the bytes that decoding one token reads from memory, also once this program is
     * closed. By default weights count as the program stores them and the cache as f32; a backend
     * that repacks or rounds tells its own.
     */
    default TokenTraffic traffic() {
        return TokenTraffic.asStored(program());
    }

    /**
     * Tells whether the logits of a position are bit-identical however the position was reached: in
     * prefill, token by token or in a step of several tokens.
     */
    boolean exactVerify();

    /**
     * Opens an empty session.
     *
     * @throws BackendException if memory does not suffice
     * @throws IllegalStateException if this program is closed
     */
    DecoderSession newSession();

    /**
     * Frees the weights. Idempotent.
     *
     * @throws IllegalStateException if a session is still open
     */
    @Override
    void close();
}
