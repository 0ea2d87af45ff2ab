package dev.trilobit.backend.cpu;

import java.util.HashMap;
import java.util.Map;

/**
 * Work arrays of attention, shared by all layers of a session because they run one after the other.
 */
final class AttentionScratch {
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

    /** Rows that threads leave for one that joins them. */
    AttentionRows parts(KvLayout layout) {
        return parts.computeIfAbsent(layout.valueDim(), AttentionRows::new);
    }
}
