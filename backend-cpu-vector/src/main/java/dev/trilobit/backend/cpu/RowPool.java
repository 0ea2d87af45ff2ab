package dev.trilobit.backend.cpu;

import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * Threads that share the units of one piece of work at a time. Units are claimed in chunks by
 * whoever is running, so a thread that the system does not schedule holds nobody up unless it has
 * claimed a chunk: the caller waits only for chunks in flight. Idle threads spin briefly, because
 * the next piece usually comes within microseconds, and then sleep.
 *
 * <p>Several sessions may call at once; one gets the helpers, the others run their work alone.
 */
final class RowPool implements AutoCloseable {
    /** A piece of work made of independent units. */
    interface Work {
        /**
         * Does some units.
         *
         * @param from first unit
         * @param to unit after the last
         * @param worker number of the thread, from 0 to {@link RowPool#threads} - 1; no two threads
         *     of one piece have the same
         */
        void run(int from, int to, int worker);
    }

    private static final int CHUNKS_PER_THREAD = 4;
    private static final long SPIN_NANOS = 100_000;
    private static final int SPINS_BETWEEN_CLOCK_READS = 64;
    private static final int SPINS_BEFORE_YIELD = 1_000;

    /** High half: number of the piece. Low half: next unclaimed unit. */
    private final AtomicLong ticket = new AtomicLong(closed(0));

    private final AtomicInteger doneUnits = new AtomicInteger();
    private final AtomicInteger sleepers = new AtomicInteger();
    private final AtomicBoolean busy = new AtomicBoolean();
    private final Thread[] helpers;
    private volatile boolean stopped;

    // The piece: written while the ticket is closed, published by opening it.
    private @Nullable Work work;
    private int units;
    private int chunk;
    private int piece;
    private volatile @Nullable Throwable failure;

    /**
     * Starts the helper threads.
     *
     * @param threads threads that work, the calling one included; at least 1
     */
    RowPool(int threads) {
        helpers = new Thread[threads - 1];
        for (int i = 0; i < helpers.length; i++) {
            int worker = i + 1;
            helpers[i] =
                    Thread.ofPlatform()
                            .daemon()
                            .name("trilobit-cpu-" + worker)
                            .unstarted(() -> help(worker));
        }
        try {
            for (Thread helper : helpers) {
                helper.start();
            }
        } catch (RuntimeException | Error e) {
            close();
            throw e;
        }
    }

    private static long closed(int piece) {
        return (long) piece << 32 | Integer.MAX_VALUE;
    }

    int threads() {
        return helpers.length + 1;
    }

    /** Pieces of work that were shared so far. */
    int sharedPieces() {
        return piece;
    }

    /**
     * Does all units of {@code work} and returns when they are done. Exceptions of any thread are
     * thrown here.
     */
    void run(Work work, int units) {
        if (units == 0) {
            return;
        }
        if (helpers.length == 0 || units == 1 || !busy.compareAndSet(false, true)) {
            work.run(0, units, 0);
            return;
        }
        try {
            share(work, units);
        } finally {
            busy.set(false);
        }
    }

    private void share(Work work, int units) {
        this.work = work;
        this.units = units;
        this.chunk = Math.max(1, units / (threads() * CHUNKS_PER_THREAD));
        failure = null;
        doneUnits.set(0);
        piece++;
        ticket.set((long) piece << 32);
        if (sleepers.get() > 0) {
            for (Thread helper : helpers) {
                LockSupport.unpark(helper);
            }
        }
        while (claim(0)) {}
        awaitDone(units);
        ticket.set(closed(piece));
        this.work = null;
        Throwable thrown = failure;
        if (thrown instanceof RuntimeException e) {
            throw e;
        }
        if (thrown instanceof Error e) {
            throw e;
        }
    }

    /** Waits for chunks in flight; yields because their threads may be waiting for this core. */
    @SuppressWarnings("ThreadPriorityCheck")
    private void awaitDone(int units) {
        int spins = 0;
        while (doneUnits.get() != units) {
            Thread.onSpinWait();
            if (++spins > SPINS_BEFORE_YIELD) {
                Thread.yield();
            }
        }
    }

    /** Claims and does one chunk; returns false if none is left. */
    private boolean claim(int worker) {
        long seen = ticket.get();
        Work work = this.work;
        int units = this.units;
        int chunk = this.chunk;
        int from = (int) seen;
        if (from >= units || work == null) {
            return false;
        }
        int to = Math.min(from + chunk, units);
        // If the piece changed since the ticket was read, so did the ticket, and this fails.
        if (!ticket.compareAndSet(seen, seen - from + to)) {
            return true;
        }
        try {
            work.run(from, to, worker);
        } catch (RuntimeException | Error e) {
            failure = e;
        } finally {
            doneUnits.addAndGet(to - from);
        }
        return true;
    }

    private void help(int worker) {
        long idleSince = System.nanoTime();
        int spins = 0;
        while (!stopped) {
            if (claim(worker)) {
                idleSince = System.nanoTime();
                continue;
            }
            Thread.onSpinWait();
            if (++spins % SPINS_BETWEEN_CLOCK_READS == 0
                    && System.nanoTime() - idleSince > SPIN_NANOS) {
                sleep();
                idleSince = System.nanoTime();
            }
        }
    }

    private void sleep() {
        sleepers.incrementAndGet();
        // Work published before the increment was seen is found here, later work unparks.
        if ((int) ticket.get() == Integer.MAX_VALUE && !stopped) {
            LockSupport.park(this);
        }
        sleepers.decrementAndGet();
    }

    /** Stops the helpers and waits until they are gone. Idempotent. */
    @Override
    public void close() {
        stopped = true;
        for (Thread helper : helpers) {
            LockSupport.unpark(helper);
        }
        boolean interrupted = false;
        for (Thread helper : helpers) {
            while (helper.isAlive()) {
                try {
                    helper.join();
                } catch (InterruptedException e) {
                    interrupted = true;
                }
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
