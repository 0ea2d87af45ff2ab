package dev.trilobit.backend.cpu;

import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * Threads that share the units of one piece of work at a time. Each thread begins in a contiguous
 * range of its own, so that memory is read in long runs; who is through with his range goes on in
 * another's. Units are claimed in chunks by whoever is running, so a thread that the system does
 * not schedule holds nobody up unless it has claimed a chunk: the caller waits only for chunks in
 * flight. Idle threads spin briefly, because the next piece usually comes within microseconds, and
 * then sleep.
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

    /** Longs between the tickets of two threads, so that they lie in different cache lines. */
    private static final int TICKET_STRIDE = 16;

    /** A ticket a thread. High half: number of the piece. Low half: next unit of its range. */
    private final AtomicLongArray tickets;

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
        tickets = new AtomicLongArray(threads * TICKET_STRIDE);
        setTickets(closed(0));
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

    private void setTickets(long value) {
        for (int i = 0; i < threads(); i++) {
            tickets.set(i * TICKET_STRIDE, value);
        }
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
        run(work, units, Math.max(1, units / (threads() * CHUNKS_PER_THREAD)));
    }

    /**
     * Does all units of {@code work} and returns when they are done. Exceptions of any thread are
     * thrown here.
     *
     * @param leastChunk units that a chunk has at least, unless a thread's range has fewer
     */
    void run(Work work, int units, int leastChunk) {
        if (units == 0) {
            return;
        }
        if (helpers.length == 0 || units == 1 || !busy.compareAndSet(false, true)) {
            work.run(0, units, 0);
            return;
        }
        try {
            share(work, units, leastChunk);
        } finally {
            busy.set(false);
        }
    }

    private void share(Work work, int units, int leastChunk) {
        this.work = work;
        this.units = units;
        int range = Math.ceilDiv(units, threads());
        this.chunk = Math.ceilDiv(range, Math.max(1, range / leastChunk));
        failure = null;
        doneUnits.set(0);
        piece++;
        for (int i = 0; i < threads(); i++) {
            tickets.set(i * TICKET_STRIDE, (long) piece << 32 | bound(i, units));
        }
        if (sleepers.get() > 0) {
            for (Thread helper : helpers) {
                LockSupport.unpark(helper);
            }
        }
        while (claim(0)) {}
        awaitDone(units);
        setTickets(closed(piece));
        this.work = null;
        Throwable thrown = failure;
        if (thrown instanceof RuntimeException e) {
            throw e;
        }
        if (thrown instanceof Error e) {
            throw e;
        }
    }

    /** First unit of a thread's range. */
    private int bound(int thread, int units) {
        return (int) ((long) units * thread / threads());
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

    /** Claims and does one chunk, of its own range if possible; returns false if none is left. */
    private boolean claim(int worker) {
        int threads = threads();
        for (int i = 0; i < threads; i++) {
            int owner = worker + i < threads ? worker + i : worker + i - threads;
            if (claim(worker, owner)) {
                return true;
            }
        }
        return false;
    }

    private boolean claim(int worker, int owner) {
        long seen = tickets.get(owner * TICKET_STRIDE);
        Work work = this.work;
        int units = this.units;
        int chunk = this.chunk;
        int from = (int) seen;
        int end = bound(owner + 1, units);
        if (from >= end || work == null) {
            return false;
        }
        int to = Math.min(from + chunk, end);
        // If the piece changed since the ticket was read, so did the ticket, and this fails.
        if (!tickets.compareAndSet(owner * TICKET_STRIDE, seen, seen - from + to)) {
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
        if ((int) tickets.get(0) == Integer.MAX_VALUE && !stopped) {
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
