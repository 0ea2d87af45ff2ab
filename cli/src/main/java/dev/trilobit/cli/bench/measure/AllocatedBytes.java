package dev.trilobit.cli.bench.measure;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;

/** Counts what all threads together have allocated on the heap. */
public final class AllocatedBytes {
    private static final ThreadMXBean THREADS =
            ManagementFactory.getPlatformMXBean(ThreadMXBean.class);

    private AllocatedBytes() {}

    /** Returns the bytes since the start of this process, of threads that are gone too. */
    public static long total() {
        return THREADS.getTotalThreadAllocatedBytes();
    }
}
