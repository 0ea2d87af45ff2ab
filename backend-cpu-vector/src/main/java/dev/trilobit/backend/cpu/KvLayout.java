package dev.trilobit.backend.cpu;

import dev.trilobit.api.program.AttentionSpec;

/**
 * Where keys and values of one attention op lie in a page. A page holds its heads one after the
 * other, a head its keys, its values and, if the codec has any, the scales of both, so that whoever
 * computes a head of a page reads memory in one go.
 *
 * <p>Numbers lie in groups of {@link #GROUP}. Lanes run over positions in keys, so that a score
 * needs no sum across lanes: the positions of a group have element 0 in their first group, element
 * 1 in the next. Lanes run over elements in values: a {@link #TILE} of positions has the first
 * {@link #GROUP} elements of each, position after position, then the next.
 *
 * @param codec form of the numbers
 * @param kvHeads heads
 * @param headDim elements of a head
 * @param pagePositions positions of a page, a multiple of {@link #TILE}
 */
record KvLayout(KvCodec codec, int kvHeads, int headDim, int pagePositions) {
    /** Positions of a full page; a result is put together page by page. */
    static final int PAGE = 256;

    /** Positions that kernels take at a time: keys, or values, of a head then fit the L1 cache. */
    static final int TILE = 32;

    /** Numbers of a group: two vectors. */
    static final int GROUP = 2 * Lanes.FLOATS.length();

    private static final int LINE = 64;

    /** Lays out a cache. */
    static KvLayout of(AttentionSpec spec, KvType type, int maxContextTokens) {
        return new KvLayout(
                type.codec(),
                spec.kvHeads(),
                spec.headDim(),
                Math.ceilDiv(Math.min(PAGE, maxContextTokens), TILE) * TILE);
    }

    /** Pages that hold some positions. */
    int pages(int positions) {
        return Math.ceilDiv(positions, pagePositions);
    }

    /** Groups that a group of positions has: elements of a head, rounded up to even. */
    int keyDim() {
        return Math.ceilDiv(headDim, 2) * 2;
    }

    /** Groups that the value of a position has. */
    int valueGroups() {
        return Math.ceilDiv(headDim, GROUP);
    }

    /** Elements of a value, rounded up to groups. */
    int valueDim() {
        return valueGroups() * GROUP;
    }

    /** Groups of a tile's keys. */
    int keyTileGroups() {
        return TILE / GROUP * keyDim();
    }

    /** Groups of a tile's values. */
    int valueTileGroups() {
        return TILE * valueGroups();
    }

    /** Group that holds element {@code d} of the key of a position in a page. */
    long keyGroup(int slot, int d) {
        return (long) (slot / GROUP) * keyDim() + d;
    }

    /** Group that holds element {@code d} of the value of a position in a page. */
    long valueGroup(int slot, int d) {
        return ((long) (slot / TILE) * valueGroups() + d / GROUP) * TILE + slot % TILE;
    }

    /** Byte offset of a head's keys in a page. */
    long keys(int head) {
        return head * headBytes();
    }

    /** Byte offset of a head's values in a page. */
    long values(int head) {
        return keys(head) + keyBytes();
    }

    /** Byte offset of the f32 scales of a head's keys in a page. */
    long keyScales(int head) {
        return values(head) + valueBytes();
    }

    /** Byte offset of the f32 scales of a head's values in a page. */
    long valueScales(int head) {
        return keyScales(head) + scaleBytes();
    }

    /** Bytes of a page. */
    long pageBytes() {
        return kvHeads * headBytes();
    }

    /** Bytes that the keys and values of one position take, of all heads. */
    long bytesPerPosition() {
        return pageBytes() / pagePositions;
    }

    private long headBytes() {
        return keyBytes() + valueBytes() + 2 * scaleBytes();
    }

    private long keyBytes() {
        return lines(codec.bytes((long) pagePositions / GROUP * keyDim()));
    }

    private long valueBytes() {
        return lines(codec.bytes((long) pagePositions * valueGroups()));
    }

    private long scaleBytes() {
        return codec.scales() ? lines((long) pagePositions * Float.BYTES) : 0;
    }

    private static long lines(long bytes) {
        return Math.ceilDiv(bytes, LINE) * LINE;
    }

    /** Largest magnitude of some numbers; NaN if one is. */
    static float largest(float[] x, int from, int length) {
        float most = 0;
        for (int i = 0; i < length; i++) {
            most = Math.max(most, Math.abs(x[from + i]));
        }
        return most;
    }
}
