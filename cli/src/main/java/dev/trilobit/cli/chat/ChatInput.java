package dev.trilobit.cli.chat;

import java.util.Optional;

/** Where messages come from. */
interface ChatInput extends AutoCloseable {
    /** Returns the next message as it was typed; empty at the end. */
    Optional<String> next();

    /**
     * Runs something during which Ctrl-C does not end the program.
     *
     * @param onInterrupt called for each Ctrl-C, on another thread
     */
    void guarded(Runnable work, Runnable onInterrupt);

    /** Gives the terminal back. Idempotent. */
    @Override
    void close();
}
