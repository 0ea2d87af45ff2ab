package dev.trilobit.backend.cpu;

import java.lang.foreign.MemorySegment;
import java.nio.ByteOrder;
import jdk.incubator.vector.LongVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/**
 * Reads memory line after line into the L2 cache, ahead of a kernel that would have to wait for
 * each line: the JVM has no instruction to fetch ahead.
 */
final class CacheTouch {
    private static final VectorSpecies<Long> LONGS = LongVector.SPECIES_PREFERRED;
    private static final ByteOrder ORDER = ByteOrder.nativeOrder();
    private static final int LINE = 64;
    private static final int STRIDE = 4 * LINE;

    /** Never the result of reading, as far as the compiler knows. */
    private long seen;

    /** Reads {@code bytes} from {@code from} on, whole lines. */
    void read(MemorySegment memory, long from, long bytes) {
        LongVector a = LongVector.zero(LONGS);
        LongVector b = a;
        LongVector c = a;
        LongVector d = a;
        int steps = (int) (bytes / STRIDE);
        for (int i = 0; i < steps; i++) {
            long at = from + (long) i * STRIDE;
            a = a.or(LongVector.fromMemorySegment(LONGS, memory, at, ORDER));
            b = b.or(LongVector.fromMemorySegment(LONGS, memory, at + LINE, ORDER));
            c = c.or(LongVector.fromMemorySegment(LONGS, memory, at + 2 * LINE, ORDER));
            d = d.or(LongVector.fromMemorySegment(LONGS, memory, at + 3 * LINE, ORDER));
        }
        seen |= a.or(b).or(c.or(d)).reduceLanes(VectorOperators.OR);
    }

    /** Makes reading count: a compiler must not leave it out. */
    boolean hasSeen(long bits) {
        return (seen & bits) != 0;
    }
}
