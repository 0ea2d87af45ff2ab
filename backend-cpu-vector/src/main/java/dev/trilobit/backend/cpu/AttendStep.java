package dev.trilobit.backend.cpu;

import dev.trilobit.api.program.AttentionSpec;
import java.lang.foreign.MemorySegment;
import java.nio.ByteOrder;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;

/**
 * Causal grouped-query attention over the cached positions. A unit of work is one query head of one
 * token. Every sum runs over positions or elements in an order fixed by their absolute number, so
 * the result does not depend on how many tokens a step has.
 */
final class AttendStep implements Step, RowPool.Work {
    private static final ByteOrder ORDER = ByteOrder.nativeOrder();
    private static final int LANES = Lanes.FLOATS.length();
    private static final int PAGE = KvCache.PAGE;

    /** Below this many multiplications, waking the helpers costs more than they save. */
    private static final long SHARED_WORK = 64 * 1024;

    private final SessionBuffers buffers;
    private final float[] queries;
    private final float[] keys;
    private final float[] values;
    private final float[] out;
    private final AttentionSpec spec;
    private final KvCache cache;
    private final AttentionScratch scratch;

    AttendStep(
            SessionBuffers buffers,
            float[] queries,
            float[] keys,
            float[] values,
            float[] out,
            AttentionSpec spec) {
        this.buffers = buffers;
        this.queries = queries;
        this.keys = keys;
        this.values = values;
        this.out = out;
        this.spec = spec;
        this.cache = buffers.newCache(spec);
        this.scratch = buffers.attentionScratch();
    }

    @Override
    public void run() {
        StepTokens tokens = buffers.tokens();
        int position = tokens.position();
        int count = tokens.count();
        cache.reserve(position + count);
        scratch.reserve(position + count, cache.valueStride());
        for (int t = 0; t < count; t++) {
            cache.store(position + t, keys, values, t * spec.kvWidth());
        }
        int units = count * spec.heads();
        long work = (long) units * (position + count) * spec.headDim() * 2;
        if (work < SHARED_WORK) {
            run(0, units, 0);
        } else {
            buffers.pool().run(this, units);
        }
    }

    @Override
    public void run(int from, int to, int worker) {
        int position = buffers.tokens().position();
        int headsPerKv = spec.heads() / spec.kvHeads();
        float[] scores = scratch.scores(worker);
        float[] sum = scratch.sum(worker);
        for (int unit = from; unit < to; unit++) {
            int token = unit / spec.heads();
            int head = unit % spec.heads();
            int offset = unit * spec.headDim();
            int positions = position + token + 1;
            score(offset, head / headsPerKv, positions, scores);
            softmax(scores, positions, sum);
            mix(scores, positions, head / headsPerKv, sum);
            System.arraycopy(sum, 0, out, offset, spec.headDim());
        }
    }

    /** scores[p] = scale * q . k_p, lanes over positions; what lies beyond is overwritten later. */
    private void score(int queryOffset, int kvHead, int positions, float[] scores) {
        int headDim = spec.headDim();
        for (int first = 0; first < positions; first += PAGE) {
            MemorySegment page = cache.keys(first / PAGE);
            long head = cache.keyOffset(kvHead);
            int end = Math.min(PAGE, positions - first);
            for (int p = 0; p < end; p += LANES) {
                long column = head + (long) p * Float.BYTES;
                FloatVector sum = FloatVector.zero(Lanes.FLOATS);
                for (int d = 0; d < headDim; d++) {
                    FloatVector k =
                            FloatVector.fromMemorySegment(
                                    Lanes.FLOATS,
                                    page,
                                    column + (long) d * (PAGE * Float.BYTES),
                                    ORDER);
                    sum = sum.add(k.mul(queries[queryOffset + d]));
                }
                sum.mul(spec.scale()).intoArray(scores, first + p);
            }
        }
    }

    /**
     * Turns scores into weights that sum to 1; pads with 0 up to the lanes; spoils {@code lanes}.
     */
    private static void softmax(float[] scores, int positions, float[] lanes) {
        int padded = Math.ceilDiv(positions, LANES) * LANES;
        for (int p = positions; p < padded; p++) {
            scores[p] = Float.NEGATIVE_INFINITY;
        }
        FloatVector most = FloatVector.broadcast(Lanes.FLOATS, Float.NEGATIVE_INFINITY);
        for (int p = 0; p < padded; p += LANES) {
            most = most.max(FloatVector.fromArray(Lanes.FLOATS, scores, p));
        }
        float max = most.reduceLanes(VectorOperators.MAX);
        FloatVector sums = FloatVector.zero(Lanes.FLOATS);
        for (int p = 0; p < padded; p += LANES) {
            FloatVector e = VectorExp.exp(FloatVector.fromArray(Lanes.FLOATS, scores, p).sub(max));
            e.intoArray(scores, p);
            sums = sums.add(e);
        }
        sums.intoArray(lanes, 0);
        float inverse = 1 / Lanes.sum(lanes);
        for (int p = 0; p < padded; p += LANES) {
            FloatVector.fromArray(Lanes.FLOATS, scores, p).mul(inverse).intoArray(scores, p);
        }
    }

    /** sum = sum over p of weights[p] * v_p, lanes over the elements of a head. */
    private void mix(float[] weights, int positions, int kvHead, float[] sum) {
        int stride = cache.valueStride();
        for (int d = 0; d < stride; d += LANES) {
            FloatVector total = FloatVector.zero(Lanes.FLOATS);
            for (int first = 0; first < positions; first += PAGE) {
                MemorySegment page = cache.values(first / PAGE);
                long column = cache.valueOffset(kvHead) + (long) d * Float.BYTES;
                int end = Math.min(PAGE, positions - first);
                for (int p = 0; p < end; p++) {
                    FloatVector v =
                            FloatVector.fromMemorySegment(
                                    Lanes.FLOATS,
                                    page,
                                    column + (long) p * stride * Float.BYTES,
                                    ORDER);
                    total = total.add(v.mul(weights[first + p]));
                }
            }
            total.intoArray(sum, d);
        }
    }
}
