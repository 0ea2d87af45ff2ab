package dev.trilobit.backend.cpu;

import java.lang.foreign.MemorySegment;
import java.nio.ByteOrder;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;

/**
 * Products of queries with a tile of keys, and of weights with a tile of values, of f16: its bits
 * three places down are an f32 too small by 2^112, which the caller makes up for. See {@link
 * KvCodec}.
 */
final class KvFloat16Kernel {
    private static final ByteOrder ORDER = ByteOrder.nativeOrder();
    private static final int LANES = Lanes.FLOATS.length();
    private static final int GROUP_BYTES = 2 * LANES * Short.BYTES;

    /** From a group of a value to the next one: the positions of a tile lie between. */
    private static final long TILE_BYTES = (long) KvLayout.TILE * GROUP_BYTES;

    private KvFloat16Kernel() {}

    /** See {@link KvCodec#score}. */
    static void score(
            MemorySegment page,
            long from,
            int dim,
            float[] q,
            int at,
            int rows,
            float[] out,
            int outAt) {
        int row = 0;
        for (; row + 4 <= rows; row += 4) {
            score4(page, from, dim, q, at + row * dim, out, outAt + row * KvLayout.PAGE);
        }
        if (row + 2 <= rows) {
            score2(page, from, dim, q, at + row * dim, out, outAt + row * KvLayout.PAGE);
            row += 2;
        }
        if (row < rows) {
            score1(page, from, dim, q, at + row * dim, out, outAt + row * KvLayout.PAGE);
        }
    }

    /** See {@link KvCodec#mix}. */
    static void mix(
            MemorySegment page,
            long from,
            int positions,
            int groups,
            float[] w,
            int at,
            int rows,
            float[] sum,
            int sumAt) {
        int dim = groups * KvLayout.GROUP;
        int row = 0;
        for (; row + 4 <= rows; row += 4) {
            mix4(
                    page,
                    from,
                    positions,
                    groups,
                    w,
                    at + row * KvLayout.PAGE,
                    sum,
                    sumAt + row * dim);
        }
        if (row + 2 <= rows) {
            mix2(
                    page,
                    from,
                    positions,
                    groups,
                    w,
                    at + row * KvLayout.PAGE,
                    sum,
                    sumAt + row * dim);
            row += 2;
        }
        if (row < rows) {
            mix1(
                    page,
                    from,
                    positions,
                    groups,
                    w,
                    at + row * KvLayout.PAGE,
                    sum,
                    sumAt + row * dim);
        }
    }

    private static void score4(
            MemorySegment page, long from, int dim, float[] q, int at, float[] out, int outAt) {
        int keyDim = dim + (dim & 1);
        for (int p = 0; p < KvLayout.TILE; p += KvLayout.GROUP) {
            long first = from + (long) (p / KvLayout.GROUP) * keyDim * GROUP_BYTES;
            FloatVector low0 = FloatVector.zero(Lanes.FLOATS);
            FloatVector high0 = low0;
            FloatVector low1 = FloatVector.zero(Lanes.FLOATS);
            FloatVector high1 = low1;
            FloatVector low2 = FloatVector.zero(Lanes.FLOATS);
            FloatVector high2 = low2;
            FloatVector low3 = FloatVector.zero(Lanes.FLOATS);
            FloatVector high3 = low3;
            for (int d = 0; d < dim; d++) {
                IntVector codes =
                        IntVector.fromMemorySegment(
                                Lanes.INTS, page, first + (long) d * GROUP_BYTES, ORDER);
                FloatVector low = Halves.low(codes);
                FloatVector high = Halves.high(codes);
                float q0 = q[at + d];
                low0 =
                        Lanes.FUSED
                                ? low.fma(FloatVector.broadcast(Lanes.FLOATS, q0), low0)
                                : low0.add(low.mul(q0));
                high0 =
                        Lanes.FUSED
                                ? high.fma(FloatVector.broadcast(Lanes.FLOATS, q0), high0)
                                : high0.add(high.mul(q0));
                float q1 = q[at + dim + d];
                low1 =
                        Lanes.FUSED
                                ? low.fma(FloatVector.broadcast(Lanes.FLOATS, q1), low1)
                                : low1.add(low.mul(q1));
                high1 =
                        Lanes.FUSED
                                ? high.fma(FloatVector.broadcast(Lanes.FLOATS, q1), high1)
                                : high1.add(high.mul(q1));
                float q2 = q[at + 2 * dim + d];
                low2 =
                        Lanes.FUSED
                                ? low.fma(FloatVector.broadcast(Lanes.FLOATS, q2), low2)
                                : low2.add(low.mul(q2));
                high2 =
                        Lanes.FUSED
                                ? high.fma(FloatVector.broadcast(Lanes.FLOATS, q2), high2)
                                : high2.add(high.mul(q2));
                float q3 = q[at + 3 * dim + d];
                low3 =
                        Lanes.FUSED
                                ? low.fma(FloatVector.broadcast(Lanes.FLOATS, q3), low3)
                                : low3.add(low.mul(q3));
                high3 =
                        Lanes.FUSED
                                ? high.fma(FloatVector.broadcast(Lanes.FLOATS, q3), high3)
                                : high3.add(high.mul(q3));
            }
            low0.intoArray(out, outAt + p);
            high0.intoArray(out, outAt + p + LANES);
            low1.intoArray(out, outAt + KvLayout.PAGE + p);
            high1.intoArray(out, outAt + KvLayout.PAGE + p + LANES);
            low2.intoArray(out, outAt + 2 * KvLayout.PAGE + p);
            high2.intoArray(out, outAt + 2 * KvLayout.PAGE + p + LANES);
            low3.intoArray(out, outAt + 3 * KvLayout.PAGE + p);
            high3.intoArray(out, outAt + 3 * KvLayout.PAGE + p + LANES);
        }
    }

    private static void score2(
            MemorySegment page, long from, int dim, float[] q, int at, float[] out, int outAt) {
        int keyDim = dim + (dim & 1);
        for (int p = 0; p < KvLayout.TILE; p += KvLayout.GROUP) {
            long first = from + (long) (p / KvLayout.GROUP) * keyDim * GROUP_BYTES;
            FloatVector low0 = FloatVector.zero(Lanes.FLOATS);
            FloatVector high0 = low0;
            FloatVector low1 = FloatVector.zero(Lanes.FLOATS);
            FloatVector high1 = low1;
            for (int d = 0; d < dim; d++) {
                IntVector codes =
                        IntVector.fromMemorySegment(
                                Lanes.INTS, page, first + (long) d * GROUP_BYTES, ORDER);
                FloatVector low = Halves.low(codes);
                FloatVector high = Halves.high(codes);
                float q0 = q[at + d];
                low0 =
                        Lanes.FUSED
                                ? low.fma(FloatVector.broadcast(Lanes.FLOATS, q0), low0)
                                : low0.add(low.mul(q0));
                high0 =
                        Lanes.FUSED
                                ? high.fma(FloatVector.broadcast(Lanes.FLOATS, q0), high0)
                                : high0.add(high.mul(q0));
                float q1 = q[at + dim + d];
                low1 =
                        Lanes.FUSED
                                ? low.fma(FloatVector.broadcast(Lanes.FLOATS, q1), low1)
                                : low1.add(low.mul(q1));
                high1 =
                        Lanes.FUSED
                                ? high.fma(FloatVector.broadcast(Lanes.FLOATS, q1), high1)
                                : high1.add(high.mul(q1));
            }
            low0.intoArray(out, outAt + p);
            high0.intoArray(out, outAt + p + LANES);
            low1.intoArray(out, outAt + KvLayout.PAGE + p);
            high1.intoArray(out, outAt + KvLayout.PAGE + p + LANES);
        }
    }

    private static void score1(
            MemorySegment page, long from, int dim, float[] q, int at, float[] out, int outAt) {
        int keyDim = dim + (dim & 1);
        for (int p = 0; p < KvLayout.TILE; p += KvLayout.GROUP) {
            long first = from + (long) (p / KvLayout.GROUP) * keyDim * GROUP_BYTES;
            FloatVector low0 = FloatVector.zero(Lanes.FLOATS);
            FloatVector high0 = low0;
            for (int d = 0; d < dim; d++) {
                IntVector codes =
                        IntVector.fromMemorySegment(
                                Lanes.INTS, page, first + (long) d * GROUP_BYTES, ORDER);
                FloatVector low = Halves.low(codes);
                FloatVector high = Halves.high(codes);
                float q0 = q[at + d];
                low0 =
                        Lanes.FUSED
                                ? low.fma(FloatVector.broadcast(Lanes.FLOATS, q0), low0)
                                : low0.add(low.mul(q0));
                high0 =
                        Lanes.FUSED
                                ? high.fma(FloatVector.broadcast(Lanes.FLOATS, q0), high0)
                                : high0.add(high.mul(q0));
            }
            low0.intoArray(out, outAt + p);
            high0.intoArray(out, outAt + p + LANES);
        }
    }

    private static void mix4(
            MemorySegment page,
            long from,
            int positions,
            int valueGroups,
            float[] w,
            int at,
            float[] sum,
            int sumAt) {
        int stride = valueGroups * KvLayout.GROUP;
        for (int g = 0; g < valueGroups; g++) {
            long first = from + g * TILE_BYTES;
            int d = sumAt + g * KvLayout.GROUP;
            FloatVector low0 = FloatVector.fromArray(Lanes.FLOATS, sum, d);
            FloatVector high0 = FloatVector.fromArray(Lanes.FLOATS, sum, d + LANES);
            FloatVector low1 = FloatVector.fromArray(Lanes.FLOATS, sum, d + stride);
            FloatVector high1 = FloatVector.fromArray(Lanes.FLOATS, sum, d + stride + LANES);
            FloatVector low2 = FloatVector.fromArray(Lanes.FLOATS, sum, d + 2 * stride);
            FloatVector high2 = FloatVector.fromArray(Lanes.FLOATS, sum, d + 2 * stride + LANES);
            FloatVector low3 = FloatVector.fromArray(Lanes.FLOATS, sum, d + 3 * stride);
            FloatVector high3 = FloatVector.fromArray(Lanes.FLOATS, sum, d + 3 * stride + LANES);
            for (int p = 0; p < positions; p++) {
                IntVector codes =
                        IntVector.fromMemorySegment(
                                Lanes.INTS, page, first + (long) p * GROUP_BYTES, ORDER);
                FloatVector low = Halves.low(codes);
                FloatVector high = Halves.high(codes);
                float w0 = w[at + p];
                low0 =
                        Lanes.FUSED
                                ? low.fma(FloatVector.broadcast(Lanes.FLOATS, w0), low0)
                                : low0.add(low.mul(w0));
                high0 =
                        Lanes.FUSED
                                ? high.fma(FloatVector.broadcast(Lanes.FLOATS, w0), high0)
                                : high0.add(high.mul(w0));
                float w1 = w[at + KvLayout.PAGE + p];
                low1 =
                        Lanes.FUSED
                                ? low.fma(FloatVector.broadcast(Lanes.FLOATS, w1), low1)
                                : low1.add(low.mul(w1));
                high1 =
                        Lanes.FUSED
                                ? high.fma(FloatVector.broadcast(Lanes.FLOATS, w1), high1)
                                : high1.add(high.mul(w1));
                float w2 = w[at + 2 * KvLayout.PAGE + p];
                low2 =
                        Lanes.FUSED
                                ? low.fma(FloatVector.broadcast(Lanes.FLOATS, w2), low2)
                                : low2.add(low.mul(w2));
                high2 =
                        Lanes.FUSED
                                ? high.fma(FloatVector.broadcast(Lanes.FLOATS, w2), high2)
                                : high2.add(high.mul(w2));
                float w3 = w[at + 3 * KvLayout.PAGE + p];
                low3 =
                        Lanes.FUSED
                                ? low.fma(FloatVector.broadcast(Lanes.FLOATS, w3), low3)
                                : low3.add(low.mul(w3));
                high3 =
                        Lanes.FUSED
                                ? high.fma(FloatVector.broadcast(Lanes.FLOATS, w3), high3)
                                : high3.add(high.mul(w3));
            }
            low0.intoArray(sum, d);
            high0.intoArray(sum, d + LANES);
            low1.intoArray(sum, d + stride);
            high1.intoArray(sum, d + stride + LANES);
            low2.intoArray(sum, d + 2 * stride);
            high2.intoArray(sum, d + 2 * stride + LANES);
            low3.intoArray(sum, d + 3 * stride);
            high3.intoArray(sum, d + 3 * stride + LANES);
        }
    }

    private static void mix2(
            MemorySegment page,
            long from,
            int positions,
            int valueGroups,
            float[] w,
            int at,
            float[] sum,
            int sumAt) {
        int stride = valueGroups * KvLayout.GROUP;
        for (int g = 0; g < valueGroups; g++) {
            long first = from + g * TILE_BYTES;
            int d = sumAt + g * KvLayout.GROUP;
            FloatVector low0 = FloatVector.fromArray(Lanes.FLOATS, sum, d);
            FloatVector high0 = FloatVector.fromArray(Lanes.FLOATS, sum, d + LANES);
            FloatVector low1 = FloatVector.fromArray(Lanes.FLOATS, sum, d + stride);
            FloatVector high1 = FloatVector.fromArray(Lanes.FLOATS, sum, d + stride + LANES);
            for (int p = 0; p < positions; p++) {
                IntVector codes =
                        IntVector.fromMemorySegment(
                                Lanes.INTS, page, first + (long) p * GROUP_BYTES, ORDER);
                FloatVector low = Halves.low(codes);
                FloatVector high = Halves.high(codes);
                float w0 = w[at + p];
                low0 =
                        Lanes.FUSED
                                ? low.fma(FloatVector.broadcast(Lanes.FLOATS, w0), low0)
                                : low0.add(low.mul(w0));
                high0 =
                        Lanes.FUSED
                                ? high.fma(FloatVector.broadcast(Lanes.FLOATS, w0), high0)
                                : high0.add(high.mul(w0));
                float w1 = w[at + KvLayout.PAGE + p];
                low1 =
                        Lanes.FUSED
                                ? low.fma(FloatVector.broadcast(Lanes.FLOATS, w1), low1)
                                : low1.add(low.mul(w1));
                high1 =
                        Lanes.FUSED
                                ? high.fma(FloatVector.broadcast(Lanes.FLOATS, w1), high1)
                                : high1.add(high.mul(w1));
            }
            low0.intoArray(sum, d);
            high0.intoArray(sum, d + LANES);
            low1.intoArray(sum, d + stride);
            high1.intoArray(sum, d + stride + LANES);
        }
    }

    private static void mix1(
            MemorySegment page,
            long from,
            int positions,
            int valueGroups,
            float[] w,
            int at,
            float[] sum,
            int sumAt) {
        for (int g = 0; g < valueGroups; g++) {
            long first = from + g * TILE_BYTES;
            int d = sumAt + g * KvLayout.GROUP;
            FloatVector low0 = FloatVector.fromArray(Lanes.FLOATS, sum, d);
            FloatVector high0 = FloatVector.fromArray(Lanes.FLOATS, sum, d + LANES);
            for (int p = 0; p < positions; p++) {
                IntVector codes =
                        IntVector.fromMemorySegment(
                                Lanes.INTS, page, first + (long) p * GROUP_BYTES, ORDER);
                FloatVector low = Halves.low(codes);
                FloatVector high = Halves.high(codes);
                float w0 = w[at + p];
                low0 =
                        Lanes.FUSED
                                ? low.fma(FloatVector.broadcast(Lanes.FLOATS, w0), low0)
                                : low0.add(low.mul(w0));
                high0 =
                        Lanes.FUSED
                                ? high.fma(FloatVector.broadcast(Lanes.FLOATS, w0), high0)
                                : high0.add(high.mul(w0));
            }
            low0.intoArray(sum, d);
            high0.intoArray(sum, d + LANES);
        }
    }
}
