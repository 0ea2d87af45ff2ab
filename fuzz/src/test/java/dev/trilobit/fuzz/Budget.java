package dev.trilobit.fuzz;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;

/**
 * What a parser may take for an input.
 *
 * @param heapBytes all heap it allocates for an input of no bytes
 * @param heapPerByte further heap for each byte of input
 * @param cpuMillis processor time, whatever the input
 */
record Budget(long heapBytes, long heapPerByte, long cpuMillis) {
    private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

    /** Jazzer's hooks take heap on the same thread: comparing strings and looking into maps. */
    private static final long SLACK = Long.getLong("trilobit.fuzz.slack", 1);

    /** What one run took. */
    private record Cost(long heapBytes, long cpuMillis) {}

    /**
     * Runs {@code parse}. The first use of a class loads and instruments it on this thread, so what
     * costs too much gets a second chance.
     *
     * @param inputBytes size of the input
     * @throws AssertionError if it takes more than this budget, twice
     */
    void hold(int inputBytes, Runnable parse) {
        if (exceeds(measure(parse), inputBytes)) {
            Cost again = measure(parse);
            if (exceeds(again, inputBytes)) {
                throw new AssertionError(
                        "an input of %d bytes may take %d bytes of heap and %d ms, and took %d and %d"
                                .formatted(
                                        inputBytes,
                                        allowed(inputBytes),
                                        cpuMillis,
                                        again.heapBytes(),
                                        again.cpuMillis()));
            }
        }
    }

    private boolean exceeds(Cost cost, int inputBytes) {
        return cost.heapBytes() > allowed(inputBytes) || cost.cpuMillis() > cpuMillis;
    }

    private long allowed(int inputBytes) {
        return SLACK * (heapBytes + heapPerByte * inputBytes);
    }

    private Cost measure(Runnable parse) {
        long heap = THREADS.getCurrentThreadAllocatedBytes();
        long cpu = THREADS.getCurrentThreadCpuTime();
        parse.run();
        return new Cost(
                THREADS.getCurrentThreadAllocatedBytes() - heap,
                (THREADS.getCurrentThreadCpuTime() - cpu) / 1_000_000);
    }
}
