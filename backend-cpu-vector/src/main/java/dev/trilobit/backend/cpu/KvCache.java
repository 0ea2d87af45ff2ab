package dev.trilobit.backend.cpu;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * Keys and values of one attention op, in pages of {@link KvLayout#pagePositions} that are
 * allocated when first needed: the one thing that steady decoding allocates, in native memory and
 * with a few small objects that hold it.
 */
final class KvCache {
    private static final int ALIGNMENT = 64;

    private final KvLayout layout;
    private final Arena arena;
    private final MemorySegment[] pages;
    private int reserved;

    /**
     * Makes an empty cache.
     *
     * @param mostPositions that it will ever hold
     * @param arena owns the pages
     */
    KvCache(KvLayout layout, int mostPositions, Arena arena) {
        this.layout = layout;
        this.arena = arena;
        pages = new MemorySegment[layout.pages(mostPositions)];
    }

    KvLayout layout() {
        return layout;
    }

    /** Allocates pages so that {@code positions} fit. */
    void reserve(int positions) {
        int needed = layout.pages(positions);
        for (; reserved < needed; reserved++) {
            pages[reserved] = arena.allocate(layout.pageBytes(), ALIGNMENT);
        }
    }

    /** Page that holds positions {@code page * pagePositions} and up. */
    MemorySegment page(int page) {
        return pages[page];
    }

    /**
     * Stores the key and the value of a head. Threads may store different positions or heads.
     *
     * @param position below what is reserved
     * @param keys elements from {@code offset} on
     * @param values likewise
     */
    void store(int position, int head, float[] keys, float[] values, int offset) {
        MemorySegment page = pages[position / layout.pagePositions()];
        int slot = position % layout.pagePositions();
        KvCodec codec = layout.codec();
        int headDim = layout.headDim();
        float keyScale = codec.scale(keys, offset, headDim);
        float valueScale = codec.scale(values, offset, headDim);
        if (codec.scales()) {
            long at = (long) slot * Float.BYTES;
            page.set(ValueLayout.JAVA_FLOAT, layout.keyScales(head) + at, keyScale);
            page.set(ValueLayout.JAVA_FLOAT, layout.valueScales(head) + at, valueScale);
        }
        long keysAt = layout.keys(head);
        long valuesAt = layout.values(head);
        int lane = slot % KvLayout.GROUP;
        float keyInverse = 1 / keyScale;
        float valueInverse = 1 / valueScale;
        for (int d = 0; d < headDim; d++) {
            codec.put(page, keysAt, layout.keyGroup(slot, d), lane, keys[offset + d], keyInverse);
            codec.put(
                    page,
                    valuesAt,
                    layout.valueGroup(slot, d),
                    d % KvLayout.GROUP,
                    values[offset + d],
                    valueInverse);
        }
    }

    /** Copies the first positions of another cache of the same layout into this one. */
    void copyFrom(KvCache other, int positions) {
        reserve(positions);
        for (int page = 0; page < layout.pages(positions); page++) {
            int rest = positions - page * layout.pagePositions();
            if (rest >= layout.pagePositions()) {
                pages[page].copyFrom(other.pages[page]);
            } else {
                copyTiles(pages[page], other.pages[page], Math.ceilDiv(rest, KvLayout.TILE));
            }
        }
    }

    /** Copies the first tiles of every head of a page. */
    private void copyTiles(MemorySegment to, MemorySegment from, int tiles) {
        long keys = layout.codec().bytes((long) tiles * layout.keyTileGroups());
        long values = layout.codec().bytes((long) tiles * layout.valueTileGroups());
        long scales = layout.codec().scales() ? (long) tiles * KvLayout.TILE * Float.BYTES : 0;
        for (int head = 0; head < layout.kvHeads(); head++) {
            copy(to, from, layout.keys(head), keys);
            copy(to, from, layout.values(head), values);
            copy(to, from, layout.keyScales(head), scales);
            copy(to, from, layout.valueScales(head), scales);
        }
    }

    private static void copy(MemorySegment to, MemorySegment from, long offset, long bytes) {
        MemorySegment.copy(from, offset, to, offset, bytes);
    }
}
