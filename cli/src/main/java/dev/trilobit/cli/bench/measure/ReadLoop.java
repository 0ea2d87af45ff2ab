package dev.trilobit.cli.bench.measure;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/**
 * Reads memory and does nothing else: what a plain loop reaches, which is no law: pages of another
 * kind, caches, or a better loop can be faster. Each thread compares the halves of a part of its
 * own, which are equal; the JDK does that with the widest vectors there are.
 */
public final class ReadLoop {
    /** Larger than the caches of most processors; some servers have more. */
    public static final long BYTES = 256L << 20;

    /** The first reading finds pages and branches cold. */
    private static final int COLD_READINGS = 1;

    private ReadLoop() {}

    /**
     * Returns the readers beside as many threads, 0 meaning any: more than processors gain none.
     */
    public static int readers(int threads) {
        int processors = Runtime.getRuntime().availableProcessors();
        return threads == 0 ? processors : Math.min(threads, processors);
    }

    /**
     * Reads memory that is allocated for this and freed again.
     *
     * @param threads that read at once, at least 1
     * @param readings how often
     * @return bytes a second of each reading
     */
    public static Samples bytesPerSecond(int threads, int readings) {
        try (Arena arena = Arena.ofShared();
                ExecutorService readers = Executors.newFixedThreadPool(threads)) {
            List<MemorySegment> parts = parts(arena.allocate(BYTES, 64), threads);
            var rates = new ArrayList<Double>();
            for (int n = 0; n < COLD_READINGS + readings; n++) {
                double rate = reading(readers, parts);
                if (n >= COLD_READINGS) {
                    rates.add(rate);
                }
            }
            return new Samples(rates);
        }
    }

    /** Cuts memory into equal parts and writes it, so that each page is there. */
    static List<MemorySegment> parts(MemorySegment memory, int threads) {
        memory.fill((byte) 1);
        long bytes = memory.byteSize() / threads / Integer.SIZE * Integer.SIZE;
        var parts = new ArrayList<MemorySegment>();
        for (int t = 0; t < threads; t++) {
            parts.add(memory.asSlice(t * bytes, bytes));
        }
        return parts;
    }

    private static double reading(ExecutorService readers, List<MemorySegment> parts) {
        long start = System.nanoTime();
        var pending = new ArrayList<Future<Boolean>>();
        for (MemorySegment part : parts) {
            Callable<Boolean> task = () -> halvesAreEqual(part);
            pending.add(readers.submit(task));
        }
        for (Future<Boolean> task : pending) {
            requireEqual(task);
        }
        double seconds = (System.nanoTime() - start) / 1e9;
        return parts.stream().mapToLong(MemorySegment::byteSize).sum() / seconds;
    }

    static boolean halvesAreEqual(MemorySegment part) {
        long half = part.byteSize() / 2;
        return part.asSlice(0, half).mismatch(part.asSlice(half, half)) < 0;
    }

    private static void requireEqual(Future<Boolean> task) {
        try {
            if (!task.get()) {
                throw new IllegalStateException("memory does not hold what was written to it");
            }
        } catch (ExecutionException e) {
            throw new IllegalStateException("reading memory failed", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while reading memory", e);
        }
    }
}
