package dev.trilobit.backend.cpu;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.Arrays;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;

/**
 * Attends over one page of one key-value head at a time, for all query heads that share it and one
 * or several tokens, so that each key and value is read once for all of them. Belongs to one
 * thread.
 */
final class PageAttention {
    /** Most tokens of a call: their scores then stay in the L1 and L2 caches. */
    static final int MOST_TOKENS = 8;

    /**
     * Added to the largest score where a value has a scale so large that a weight of 1 times it and
     * the unit of its codes would overflow: the weights, and their total, are then e^30 > 2^43
     * times smaller.
     */
    private static final float LIFT = 30;

    private static final ByteOrder ORDER = ByteOrder.nativeOrder();
    private static final int LANES = Lanes.FLOATS.length();

    private final KvLayout layout;
    private final KvCodec codec;

    /** Scales of values above this need {@link #LIFT}. */
    private final float largestScale;

    private final int heads;
    private final float[] scores;
    private final float[] lanes = new float[LANES];
    private final AttentionRows before;
    private final AttentionRows page;

    /**
     * Makes work arrays.
     *
     * @param heads query heads that share a key-value head
     */
    PageAttention(KvLayout layout, int heads) {
        this.layout = layout;
        this.codec = layout.codec();
        this.largestScale = 0x1p127f / codec.unit();
        this.heads = heads;
        scores = new float[MOST_TOKENS * heads * KvLayout.PAGE];
        before = new AttentionRows(layout.valueDim());
        before.reserve(MOST_TOKENS * heads);
        page = new AttentionRows(layout.valueDim());
        page.reserve(MOST_TOKENS * heads);
    }

    /** Rows of tokens up to the page before; row {@code t * heads + h}. */
    AttentionRows before() {
        return before;
    }

    /** Rows of tokens in a page of their own; row {@code t * heads + h}. */
    AttentionRows page() {
        return page;
    }

    /**
     * Attends over a page.
     *
     * @param memory the page
     * @param kvHead key-value head
     * @param positions of the page that the first token sees; each token after it sees one more, as
     *     far as the page goes; those with none are left out
     * @param tokens at most {@link #MOST_TOKENS}
     * @param queries head h of token t from {@code at + t * stride + h * headDim} on
     * @param scale factor on scores
     * @param out gets head h of token t as row {@code row + t * rowStride + h}
     */
    void attend(
            MemorySegment memory,
            int kvHead,
            int positions,
            int tokens,
            float[] queries,
            int at,
            int stride,
            float scale,
            AttentionRows out,
            int row,
            int rowStride) {
        int last = seen(positions + tokens - 1);
        int tiles = Math.ceilDiv(last, KvLayout.TILE);
        for (int i = 0; i < tiles; i++) {
            long from = layout.keys(kvHead) + codec.bytes((long) i * layout.keyTileGroups());
            for (int t = 0; t < tokens; t++) {
                if (positions + t > i * KvLayout.TILE) {
                    codec.score(
                            memory,
                            from,
                            layout.headDim(),
                            queries,
                            at + t * stride,
                            heads,
                            scores,
                            t * heads * KvLayout.PAGE + i * KvLayout.TILE);
                }
            }
        }
        int dim = layout.valueDim();
        for (int t = 0; t < tokens; t++) {
            int seen = seen(positions + t);
            float lift = seen > 0 ? lift(memory, layout.valueScales(kvHead), seen) : 0;
            for (int h = 0; h < heads && seen > 0; h++) {
                int place = row + t * rowStride + h;
                int from = (t * heads + h) * KvLayout.PAGE;
                softmax(memory, kvHead, from, seen, scale, lift, out, place);
                Arrays.fill(out.sums(), place * dim, (place + 1) * dim, 0f);
            }
        }
        for (int i = 0; i < tiles; i++) {
            long from = layout.values(kvHead) + codec.bytes((long) i * layout.valueTileGroups());
            for (int t = 0; t < tokens; t++) {
                int seen = seen(positions + t) - i * KvLayout.TILE;
                if (seen > 0) {
                    codec.mix(
                            memory,
                            from,
                            Math.min(seen, KvLayout.TILE),
                            layout.valueGroups(),
                            scores,
                            t * heads * KvLayout.PAGE + i * KvLayout.TILE,
                            heads,
                            out.sums(),
                            (row + t * rowStride) * dim);
                }
            }
        }
    }

    private int seen(int positions) {
        return Math.min(positions, layout.pagePositions());
    }

    /** What is to be added to the largest score so that no weight overflows. */
    private float lift(MemorySegment memory, long valueScales, int seen) {
        if (codec.unit() == 1) {
            return 0;
        }
        FloatVector scales = FloatVector.zero(Lanes.FLOATS);
        int p = 0;
        for (; p <= seen - LANES; p += LANES) {
            long place = valueScales + (long) p * Float.BYTES;
            scales = scales.max(FloatVector.fromMemorySegment(Lanes.FLOATS, memory, place, ORDER));
        }
        float most = scales.reduceLanes(VectorOperators.MAX);
        // The scale of a position not seen may be anything.
        for (; p < seen; p++) {
            long place = valueScales + (long) p * Float.BYTES;
            most = Math.max(most, memory.get(ValueLayout.JAVA_FLOAT, place));
        }
        return most > largestScale ? LIFT : 0;
    }

    /**
     * Turns products into weights, the scales of values included, and begins the row.
     *
     * @param lift what is added to the largest score, 0 or more
     */
    private void softmax(
            MemorySegment memory,
            int kvHead,
            int at,
            int seen,
            float scale,
            float lift,
            AttentionRows out,
            int row) {
        float unit = codec.unit();
        boolean scaled = codec.scales();
        long keyScales = layout.keyScales(kvHead);
        for (int p = 0; p < seen; p += LANES) {
            FloatVector score = FloatVector.fromArray(Lanes.FLOATS, scores, at + p);
            if (scaled) {
                long place = keyScales + (long) p * Float.BYTES;
                score =
                        score.mul(unit)
                                .mul(unit)
                                .mul(
                                        FloatVector.fromMemorySegment(
                                                Lanes.FLOATS, memory, place, ORDER));
            }
            score.mul(scale).intoArray(scores, at + p);
        }
        int padded = Math.ceilDiv(seen, LANES) * LANES;
        Arrays.fill(scores, at + seen, at + padded, Float.NEGATIVE_INFINITY);
        FloatVector most = FloatVector.broadcast(Lanes.FLOATS, Float.NEGATIVE_INFINITY);
        for (int p = 0; p < padded; p += LANES) {
            most = most.max(FloatVector.fromArray(Lanes.FLOATS, scores, at + p));
        }
        float largest = most.reduceLanes(VectorOperators.MAX) + lift;
        FloatVector sums = FloatVector.zero(Lanes.FLOATS);
        long valueScales = layout.valueScales(kvHead);
        for (int p = 0; p < padded; p += LANES) {
            FloatVector e =
                    VectorExp.exp(FloatVector.fromArray(Lanes.FLOATS, scores, at + p).sub(largest));
            sums = sums.add(e);
            if (scaled) {
                long place = valueScales + (long) p * Float.BYTES;
                e =
                        e.mul(unit)
                                .mul(
                                        FloatVector.fromMemorySegment(
                                                Lanes.FLOATS, memory, place, ORDER));
            }
            e.intoArray(scores, at + p);
        }
        // The scale of a position not seen may be anything, even NaN.
        Arrays.fill(scores, at + seen, at + padded, 0f);
        sums.intoArray(lanes, 0);
        out.set(row, largest, Lanes.sum(lanes, 0));
    }
}
