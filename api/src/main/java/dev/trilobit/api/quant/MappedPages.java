package dev.trilobit.api.quant;

import java.lang.foreign.MemorySegment;

/** Pages of mapped files, which count as memory of a process once it has read them. */
public final class MappedPages {
    private static final System.Logger LOG = System.getLogger(MappedPages.class.getName());

    private MappedPages() {}

    /**
     * Gives the pages of a mapped file back that were read so far; they are read anew from the file
     * if somebody asks for them again. Does nothing with other memory, nor through a segment that
     * may be written to. A read-only view of a private mapping that was written to before would
     * lose what was written: {@link Weight} excludes it.
     */
    public static void giveBack(MemorySegment plane) {
        if (plane.isMapped() && plane.isReadOnly()) {
            try {
                plane.unload();
            } catch (Exception e) {
                // The system may refuse, and the JDK then throws what it does not declare.
                // The pages stay where they are: nothing is lost but memory.
                LOG.log(System.Logger.Level.DEBUG, "pages of a file stay in memory", e);
            }
        }
    }
}
