package dev.trilobit.backend.cpu;

import dev.trilobit.api.quant.MappedPages;
import java.lang.foreign.MemorySegment;

/**
 * Gives the pages of a mapped file back while a plane that lies in it is read: they would count as
 * memory of this process until the whole plane is packed, and a head is a third of some models.
 * Only of a mapping that nobody writes to, whose pages are the same when read again. Not safe for
 * use by several threads.
 */
final class PassedPages {
    /** Few calls of the system, and little beside the memory of any model. */
    static final long STEP_BYTES = 4L << 20;

    private final MemorySegment plane;
    private final boolean mapped;
    private long from;

    private PassedPages(MemorySegment plane, boolean mapped) {
        this.plane = plane;
        this.mapped = mapped;
    }

    /** Watches a plane, mapped or not. */
    PassedPages(MemorySegment plane) {
        this(plane, plane.isMapped());
    }

    /** Watches a plane that kernels are going to read in place: its pages stay. */
    static PassedPages keeping(MemorySegment plane) {
        return new PassedPages(plane, false);
    }

    /** What is watched. */
    MemorySegment plane() {
        return plane;
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
            MappedPages.giveBack(plane.asSlice(from));
            from = offset;
        } else if (offset - from >= STEP_BYTES) {
            MappedPages.giveBack(plane.asSlice(from, offset - from));
            from = offset;
        }
    }
}
