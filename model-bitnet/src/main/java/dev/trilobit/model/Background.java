package dev.trilobit.model;

import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.function.Supplier;

/** A value that is made on a thread of its own, from construction on. */
final class Background<T> {
    private final FutureTask<T> task;

    /**
     * Starts.
     *
     * @param name of the thread
     */
    Background(String name, Supplier<T> supplier) {
        task = new FutureTask<>(supplier::get);
        Thread.ofPlatform().daemon().name(name).start(task);
    }

    /** Waits for the value; throws what making it threw. An interrupt does not end the wait. */
    T get() {
        try {
            return await();
        } catch (ExecutionException e) {
            switch (e.getCause()) {
                case RuntimeException failure -> throw failure;
                case Error failure -> throw failure;
                case null, default ->
                        throw new AssertionError("suppliers throw nothing checked", e);
            }
        }
    }

    /** Throws what making the value threw, if that has happened already; never waits. */
    void failIfFailed() {
        if (task.isDone()) {
            get();
        }
    }

    /** Waits for the end; empty if making the value failed. */
    Optional<T> completed() {
        try {
            return Optional.of(await());
        } catch (ExecutionException _) {
            return Optional.empty();
        }
    }

    private T await() throws ExecutionException {
        boolean interrupted = false;
        try {
            while (true) {
                try {
                    return task.get();
                } catch (InterruptedException _) {
                    interrupted = true;
                }
            }
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }
}
