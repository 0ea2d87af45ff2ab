package dev.trilobit.backend.cpu;

import java.lang.foreign.MemorySegment;

/**
 * Gives the pages of a mapped file back while a plane that lies in it is read: they would count as
 * memory of this process until the whole plane is packed, and a head is a third of some models. A
 * page that is read again is there again. Not safe for use by several threads.
 */
final class PassedPages {
    private static final System.Logger LOG = System.getLogger(PassedPages.class.getName());

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
            giveBack(plane.asSlice(from));
            from = offset;
        } else if (offset - from >= STEP_BYTES) {
            giveBack(plane.asSlice(from, offset - from));
            from = offset;
        }
    }

    /**
     * Gives the pages of a plane back if that loses nothing: what was written to a private mapping
     * would be gone.
     */
    static void giveBack(MemorySegment plane) {
        if (plane.isMapped() && plane.isReadOnly()) {
            try {
                plane.unload();
            } catch (Exception e) {
                // The system may refuse, and the JDK then throws what it does not declare. The
                // pages
                // stay where they are: nothing is lost but memory.
                LOG.log(System.Logger.Level.DEBUG, "pages of a file stay in memory", e);
            }
        }
    }
}
