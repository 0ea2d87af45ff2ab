package dev.trilobit.backend.cpu;

import java.util.HashMap;
import java.util.Map;

/**
 * Work arrays of attention, shared by all layers of a session because they run one after the other.
 */
final class AttentionScratch {
    /**
     * 2 MiB with heads of 128 elements: a token of 32 heads leaves 128 pages in them, and eight
     * tokens 16, enough for the threads to share.
     */
    private static final int MOST_PART_ROWS = 4096;

    private final int threads;
    private final Map<Shape, PageAttention[]> workers = new HashMap<>();
    private final Map<Integer, AttentionRows> parts = new HashMap<>();

    /** What the arrays of a thread depend on. */
    private record Shape(KvLayout layout, int heads) {}

    /** Makes none yet. */
    AttentionScratch(int threads) {
        this.threads = threads;
    }

    /** The arrays of each thread. */
    PageAttention[] workers(KvLayout layout, int heads) {
        return workers.computeIfAbsent(
                new Shape(layout, heads),
                shape -> {
                    var made = new PageAttention[threads];
                    for (int i = 0; i < threads; i++) {
                        made[i] = new PageAttention(layout, heads / layout.kvHeads());
                    }
                    return made;
                });
    }

    /**
     * Rows that threads leave for one that joins them: as many as a whole context needs, but no
     * more than {@link #MOST_PART_ROWS} unless that is less than two pages.
     *
     * @param pages of the context
     */
    AttentionRows parts(KvLayout layout, int heads, int pages) {
        int page = PageAttention.MOST_TOKENS * heads;
        long needed = Math.min((long) page * pages, Math.max(MOST_PART_ROWS, 2 * page));
        AttentionRows rows = parts.computeIfAbsent(layout.valueDim(), AttentionRows::new);
        rows.reserve(Math.toIntExact(needed));
        return rows;
    }
}
