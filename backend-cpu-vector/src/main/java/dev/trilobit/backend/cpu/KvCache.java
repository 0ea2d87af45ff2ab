package dev.trilobit.backend.cpu;

import dev.trilobit.api.program.AttentionSpec;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;

/**
 * Keys and values of one attention op, f32, in pages of {@link #PAGE} positions that are allocated
 * when first needed.
 *
 * <p>In a page of keys a head is [headDim, PAGE]: lanes run over positions, so a score needs no sum
 * across lanes. In a page of values a head is [PAGE, headDim rounded up to the lanes].
 */
final class KvCache {
    /** Positions of a page; a multiple of every lane count. */
    static final int PAGE = 64;

    /** How a number is held. */
    static final String TYPE = "f32";

    private final int kvHeads;
    private final int headDim;
    private final int valueStride;
    private final Arena arena;
    private final List<MemorySegment> keyPages = new ArrayList<>();
    private final List<MemorySegment> valuePages = new ArrayList<>();

    /**
     * Makes an empty cache.
     *
     * @param arena owns the pages
     */
    KvCache(AttentionSpec spec, Arena arena) {
        kvHeads = spec.kvHeads();
        headDim = spec.headDim();
        valueStride = valueStride(headDim);
        this.arena = arena;
    }

    private static int valueStride(int headDim) {
        return Math.ceilDiv(headDim, Lanes.FLOATS.length()) * Lanes.FLOATS.length();
    }

    /** Bytes that the keys and values of one position take. */
    static long bytesPerPosition(AttentionSpec spec) {
        return (long) spec.kvHeads() * (spec.headDim() + valueStride(spec.headDim())) * Float.BYTES;
    }

    /** Allocates pages so that {@code positions} fit. */
    void reserve(int positions) {
        while (keyPages.size() * PAGE < positions) {
            keyPages.add(page(headDim));
            valuePages.add(page(valueStride));
        }
    }

    private MemorySegment page(int width) {
        return arena.allocate((long) kvHeads * PAGE * width * Float.BYTES, 64);
    }

    /**
     * Stores the keys and values of a position.
     *
     * @param keys shape [kvHeads, headDim] from {@code offset} on
     * @param values likewise
     */
    void store(int position, float[] keys, float[] values, int offset) {
        MemorySegment keyPage = keyPages.get(position / PAGE);
        MemorySegment valuePage = valuePages.get(position / PAGE);
        int slot = position % PAGE;
        for (int h = 0; h < kvHeads; h++) {
            for (int d = 0; d < headDim; d++) {
                int source = offset + h * headDim + d;
                keyPage.setAtIndex(
                        ValueLayout.JAVA_FLOAT,
                        ((long) h * headDim + d) * PAGE + slot,
                        keys[source]);
                valuePage.setAtIndex(
                        ValueLayout.JAVA_FLOAT,
                        ((long) h * PAGE + slot) * valueStride + d,
                        values[source]);
            }
        }
    }

    /** Page of keys that holds positions {@code page * PAGE} and up. */
    MemorySegment keys(int page) {
        return keyPages.get(page);
    }

    /** Page of values that holds positions {@code page * PAGE} and up. */
    MemorySegment values(int page) {
        return valuePages.get(page);
    }

    /** Byte offset of a head in a page of keys. */
    long keyOffset(int head) {
        return (long) head * headDim * PAGE * Float.BYTES;
    }

    /** Byte offset of a head in a page of values. */
    long valueOffset(int head) {
        return (long) head * PAGE * valueStride * Float.BYTES;
    }

    /** Floats between the values of neighbouring positions. */
    int valueStride() {
        return valueStride;
    }

    /** Copies the first positions of another cache of the same shape into this one. */
    void copyFrom(KvCache other, int positions) {
        reserve(positions);
        for (int page = 0; page * PAGE < positions; page++) {
            keyPages.get(page).copyFrom(other.keyPages.get(page));
            valuePages.get(page).copyFrom(other.valuePages.get(page));
        }
    }
}
