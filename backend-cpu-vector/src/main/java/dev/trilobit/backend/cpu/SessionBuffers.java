package dev.trilobit.backend.cpu;

import dev.trilobit.api.program.AttentionSpec;
import dev.trilobit.api.program.Value;
import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Everything the steps of one session share: activations, tiles, caches and threads. */
final class SessionBuffers {
    private final Plan plan;
    private final RowPool pool;
    private final Arena arena;
    private final KvType kvType;
    private final int maxContextTokens;
    private final StepTokens tokens = new StepTokens();
    private final List<float[]> slots = new ArrayList<>();
    private final Map<TileLayout, TileSet> tiles = new HashMap<>();
    private final List<KvCache> caches = new ArrayList<>();
    private final AttentionScratch attentionScratch;

    /**
     * Allocates the activations.
     *
     * @param arena owns the caches
     */
    SessionBuffers(Plan plan, RowPool pool, KvType kvType, int maxContextTokens, Arena arena) {
        this.plan = plan;
        this.pool = pool;
        this.arena = arena;
        this.attentionScratch = new AttentionScratch(pool.threads());
        this.kvType = kvType;
        this.maxContextTokens = maxContextTokens;
        for (int size : plan.slotSizes()) {
            slots.add(new float[size]);
        }
    }

    StepTokens tokens() {
        return tokens;
    }

    RowPool pool() {
        return pool;
    }

    /** Work arrays that attention ops use one after the other. */
    AttentionScratch attentionScratch() {
        return attentionScratch;
    }

    /** Activations of a value, shape [tokens, width]; not for the logits, which may grow. */
    float[] activations(Value value) {
        return slots.get(plan.slot(value));
    }

    /** The tiles of a layout; kernels of equal layout share them one after the other. */
    TileSet tiles(TileLayout layout) {
        return tiles.computeIfAbsent(layout, TileSet::new);
    }

    /** Positions of the context. */
    int maxContextTokens() {
        return maxContextTokens;
    }

    /** Adds the cache of an attention op. */
    KvCache newCache(AttentionSpec spec) {
        var cache =
                new KvCache(KvLayout.of(spec, kvType, maxContextTokens), maxContextTokens, arena);
        caches.add(cache);
        return cache;
    }

    /** The caches in the order they were added. */
    List<KvCache> caches() {
        return caches;
    }
}
