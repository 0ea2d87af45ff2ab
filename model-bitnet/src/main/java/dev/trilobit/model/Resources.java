package dev.trilobit.model;

import java.util.ArrayDeque;
import java.util.Deque;

/** What was opened on the way; closes in reverse order, everything even when one fails. */
final class Resources {
    private final Deque<Runnable> closers = new ArrayDeque<>();

    /** Adds how to close what was just opened. */
    void add(Runnable closer) {
        closers.push(closer);
    }

    /** Closes all. The first failure is thrown and carries the others. */
    void close() {
        Throwable failure = null;
        while (!closers.isEmpty()) {
            try {
                closers.pop().run();
            } catch (RuntimeException | Error e) {
                if (failure == null) {
                    failure = e;
                } else {
                    failure.addSuppressed(e);
                }
            }
        }
        switch (failure) {
            case null -> {}
            case Error error -> throw error;
            case RuntimeException exception -> throw exception;
            default -> throw new AssertionError("closers throw nothing checked", failure);
        }
    }

    /** Closes all after {@code cause}, which carries what fails now. */
    void closeAfter(Throwable cause) {
        try {
            close();
        } catch (RuntimeException | Error e) {
            cause.addSuppressed(e);
        }
    }
}
