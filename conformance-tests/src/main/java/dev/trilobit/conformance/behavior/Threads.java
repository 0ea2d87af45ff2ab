package dev.trilobit.conformance.behavior;

import dev.trilobit.conformance.contract.Trial;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;

/** Runs work on threads of its own; work that hangs is a failure and not an endless wait. */
final class Threads {
    private static final long SECONDS = 60;

    /** For work that hangs, to end once it is interrupted. */
    private static final long SECONDS_TO_STOP = 5;

    private Threads() {}

    /**
     * Runs all at once and returns the results in their order, once none runs any more. What the
     * check has opened stays open if one goes on for good: closing it would pull memory from under
     * a thread that uses it.
     *
     * @throws AssertionError if one takes longer than a minute
     */
    static <T> List<T> together(Trial trial, List<Callable<T>> work) throws Exception {
        var start = new CyclicBarrier(work.size());
        var tasks = new ArrayList<FutureTask<T>>();
        var threads = new ArrayList<Thread>();
        for (int i = 0; i < work.size(); i++) {
            Callable<T> one = work.get(i);
            var task =
                    new FutureTask<>(
                            () -> {
                                start.await();
                                return one.call();
                            });
            threads.add(Thread.ofPlatform().daemon().name("conformance-" + i).start(task));
            tasks.add(task);
        }
        if (!join(threads, SECONDS)) {
            threads.forEach(Thread::interrupt);
            if (!join(threads, SECONDS_TO_STOP)) {
                trial.leaveOpen();
            }
            throw new AssertionError("hangs for %d seconds".formatted(SECONDS));
        }
        var results = new ArrayList<T>();
        for (FutureTask<T> task : tasks) {
            results.add(result(task));
        }
        return results;
    }

    /** Runs work on another thread and returns its result. */
    static <T> T elsewhere(Trial trial, Callable<T> work) throws Exception {
        return together(trial, List.of(work)).getFirst();
    }

    /** Waits until all threads have ended, or returns false. */
    private static boolean join(List<Thread> threads, long seconds) throws InterruptedException {
        long end = System.nanoTime() + Duration.ofSeconds(seconds).toNanos();
        boolean ended = true;
        for (Thread thread : threads) {
            ended &= thread.join(Duration.ofNanos(Math.max(1, end - System.nanoTime())));
        }
        return ended;
    }

    private static <T> T result(FutureTask<T> task) throws Exception {
        try {
            return task.get();
        } catch (ExecutionException e) {
            switch (e.getCause()) {
                case Exception cause -> throw cause;
                case Error cause -> throw cause;
                case null, default -> throw e;
            }
        }
    }
}
