package dev.trilobit.backend.cpu;

import java.lang.foreign.MemorySegment;

/**
 * Gives the pages of a mapped file back while a plane that lies in it is read: they would count as
 * memory of this process until the whole plane is packed, and a head is a third of some models. A
 * page that is read again is there again. Not safe for use by several threads.
 */
final class PassedPages {
    /** Few calls of the system, and little beside the memory of any model. */
    static final long STEP_BYTES = 4L << 20;

    private final MemorySegment plane;
    private final boolean mapped;
    private long from;

    /** Watches a plane, mapped or not. */
    PassedPages(MemorySegment plane) {
        this.plane = plane;
        this.mapped = plane.isMapped();
    }

    /**
     * Tells how far the plane has been read.
     *
     * @param offset first byte that is read next; smaller than before when reading starts anew
     */
    void reached(long offset) {
        if (!mapped) {
            return;
        }
        if (offset < from) {
            plane.asSlice(from).unload();
            from = offset;
        } else if (offset - from >= STEP_BYTES) {
            plane.asSlice(from, offset - from).unload();
            from = offset;
        }
    }
}
