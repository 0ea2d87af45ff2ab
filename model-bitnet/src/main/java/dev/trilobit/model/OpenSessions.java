package dev.trilobit.model;

import dev.trilobit.api.backend.CompiledProgram;
import dev.trilobit.api.backend.DecoderSession;

/** Counts the sessions of a model that are open. Safe for use by several threads. */
final class OpenSessions {
    private final String label;
    private int open;
    private boolean closed;

    /**
     * Starts with none.
     *
     * @param label of the model, for messages
     */
    OpenSessions(String label) {
        this.label = label;
    }

    /**
     * Opens and counts a session.
     *
     * @throws IllegalStateException if {@link #closeAll} was called
     */
    DecoderSession open(CompiledProgram program) {
        enter();
        try {
            return new CountedSession(program.newSession(), this);
        } catch (RuntimeException | Error e) {
            leave();
            throw e;
        }
    }

    /**
     * Counts one more session.
     *
     * @throws IllegalStateException if {@link #closeAll} was called
     */
    synchronized void enter() {
        if (closed) {
            throw new IllegalStateException(label + ": the model is closed");
        }
        open++;
    }

    /** Counts one session less. */
    synchronized void leave() {
        open--;
    }

    /**
     * Refuses sessions from here on. Idempotent.
     *
     * @throws IllegalStateException if there are open ones; they go on
     */
    synchronized void closeAll() {
        if (open > 0) {
            throw new IllegalStateException(
                    "%s: close its %d open session%s before the model"
                            .formatted(label, open, open == 1 ? "" : "s"));
        }
        closed = true;
    }
}
