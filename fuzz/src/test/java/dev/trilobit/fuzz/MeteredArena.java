package dev.trilobit.fuzz;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/**
 * An arena of limited size: memory off the heap that a file must justify. For one thread; what it
 * hands out is for all.
 */
final class MeteredArena implements Arena {
    private final Arena arena = Arena.ofShared();
    private final long limitBytes;
    private long usedBytes;

    /** Makes an arena of at most {@code limitBytes}. */
    MeteredArena(long limitBytes) {
        this.limitBytes = limitBytes;
    }

    @Override
    public MemorySegment allocate(long byteSize, long byteAlignment) {
        usedBytes += byteSize;
        if (usedBytes > limitBytes) {
            throw new AssertionError(
                    "%d bytes off the heap were asked for, of which the files justify %d"
                            .formatted(usedBytes, limitBytes));
        }
        return arena.allocate(byteSize, byteAlignment);
    }

    @Override
    public MemorySegment.Scope scope() {
        return arena.scope();
    }

    @Override
    public void close() {
        arena.close();
    }
}
