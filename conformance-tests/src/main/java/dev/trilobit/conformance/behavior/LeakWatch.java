package dev.trilobit.conformance.behavior;

import dev.trilobit.conformance.contract.Trial;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.OptionalLong;
import java.util.Set;
import java.util.function.BooleanSupplier;
import java.util.function.DoubleSupplier;

/**
 * What this process held before something was repeated, to compare with afterwards. Memory outside
 * the Java heap is what Linux calls resident; elsewhere only heap and threads are compared.
 */
final class LeakWatch {
    /** Threads end and freed pages go back to the system a little later. */
    private static final long PATIENCE_MILLIS = 2_000;

    private static final double MEGABYTE = 1 << 20;

    /** Less than this is no fall. */
    private static final double STEADY_MEGABYTES = 2;

    /** Workers of the JDK that come and go with the machine's load, not with backends. */
    private static final List<String> JDK_THREADS =
            List.of("ForkJoinPool.commonPool", "Cleaner-", "process reaper", "Common-Cleaner");

    private final Set<Thread> threads;
    private final double heap;
    private final double resident;

    private LeakWatch(Set<Thread> threads, double heap, double resident) {
        this.threads = threads;
        this.heap = heap;
        this.resident = resident;
    }

    /** Notes what there is now. */
    static LeakWatch begin() {
        settle();
        return new LeakWatch(new HashSet<>(liveThreads()), heapMegabytes(), residentMegabytes());
    }

    /**
     * Tells whether measuring again would say nothing new: memory has not grown, or threads have
     * stayed behind, which is no noise.
     *
     * @param limitMegabytes growth that is no leak: noise of allocator and collector
     */
    boolean isCertain(double limitMegabytes) {
        await(() -> newThreads().isEmpty());
        return !newThreads().isEmpty()
                || (heapGrowth(limitMegabytes) <= limitMegabytes
                        && !(residentGrowth(limitMegabytes) > limitMegabytes));
    }

    /**
     * Requires that there is no more now.
     *
     * @param limitMegabytes as for {@link #isCertain}
     */
    void requireNothingLeft(Trial trial, double limitMegabytes) {
        requireNoThreads(trial);
        trial.atMost("growth of the Java heap, MB", heapGrowth(limitMegabytes), limitMegabytes);
        if (Double.isNaN(resident)) {
            trial.note("resident memory is not measured on this system", 0);
        } else {
            trial.atMost(
                    "growth of resident memory, MB",
                    residentGrowth(limitMegabytes),
                    limitMegabytes);
        }
    }

    /** Requires that no thread is left behind, after a while in which it may end. */
    void requireNoThreads(Trial trial) {
        await(() -> newThreads().isEmpty());
        List<String> left = newThreads();
        trial.require(
                left.isEmpty(),
                "%d threads left behind, such as %s"
                        .formatted(left.size(), left.stream().limit(5).toList()));
    }

    private double heapGrowth(double limit) {
        return least(() -> heapMegabytes() - heap, limit);
    }

    /** NaN where the system does not tell. */
    private double residentGrowth(double limit) {
        return Double.isNaN(resident)
                ? Double.NaN
                : least(() -> residentMegabytes() - resident, limit);
    }

    private List<String> newThreads() {
        return liveThreads().stream()
                .filter(thread -> !threads.contains(thread))
                .map(Thread::getName)
                .toList();
    }

    private static List<Thread> liveThreads() {
        return Thread.getAllStackTraces().keySet().stream()
                .filter(Thread::isAlive)
                .filter(thread -> JDK_THREADS.stream().noneMatch(thread.getName()::startsWith))
                .toList();
    }

    /** The figure, measured again as long as it is over the limit and there is patience. */
    private static double least(DoubleSupplier figure, double limit) {
        await(
                () -> {
                    collectGarbage();
                    return figure.getAsDouble() <= limit;
                });
        return figure.getAsDouble();
    }

    private static void await(BooleanSupplier condition) {
        long end = System.nanoTime() + PATIENCE_MILLIS * 1_000_000;
        while (!condition.getAsBoolean() && System.nanoTime() < end) {
            try {
                Thread.sleep(50);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return;
            }
        }
    }

    private static void collectGarbage() {
        System.gc();
    }

    /**
     * Waits until the collector has given back what the heap no longer needs: were that done later,
     * it would hide as much of a leak.
     */
    private static void settle() {
        var before = new double[] {Double.MAX_VALUE};
        var steady = new int[1];
        await(
                () -> {
                    collectGarbage();
                    double now = residentMegabytes();
                    steady[0] = now < before[0] - STEADY_MEGABYTES ? 0 : steady[0] + 1;
                    before[0] = now;
                    return steady[0] == 3;
                });
    }

    /** What is in use, right after a collection. */
    private static double heapMegabytes() {
        Runtime runtime = Runtime.getRuntime();
        return (runtime.totalMemory() - runtime.freeMemory()) / MEGABYTE;
    }

    /** NaN where the system does not tell. */
    private static double residentMegabytes() {
        OptionalLong kilobytes = status("VmRSS:");
        return kilobytes.isEmpty() ? Double.NaN : kilobytes.getAsLong() / 1024.0;
    }

    private static OptionalLong status(String name) {
        Path file = Path.of("/proc/self/status");
        if (!Files.isReadable(file)) {
            return OptionalLong.empty();
        }
        try {
            return Files.readAllLines(file).stream()
                    .filter(line -> line.startsWith(name))
                    .mapToLong(line -> Long.parseLong(line.replaceAll("[^0-9]", "")))
                    .findFirst();
        } catch (IOException e) {
            return OptionalLong.empty();
        }
    }
}
