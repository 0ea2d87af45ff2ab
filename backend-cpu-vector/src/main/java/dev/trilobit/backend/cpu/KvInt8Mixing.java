package dev.trilobit.backend.cpu;

import java.lang.foreign.MemorySegment;
import java.nio.ByteOrder;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorOperators;

/**
 * Products of weights with a tile of values of int8, two groups a load. With an odd number of
 * positions the weight after the last must be 0. See {@link KvCodec}.
 */
final class KvInt8Mixing {
    private static final ByteOrder ORDER = ByteOrder.nativeOrder();
    private static final int LANES = Lanes.FLOATS.length();
    private static final int GROUP_BYTES = 2 * LANES;

    /** From a group of a value to the next one: the positions of a tile lie between. */
    private static final long TILE_BYTES = (long) KvLayout.TILE * GROUP_BYTES;

    private KvInt8Mixing() {}

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
            for (int p = 0; p < positions; p += 2) {
                IntVector codes =
                        IntVector.fromMemorySegment(
                                Lanes.INTS, page, first + (long) p * GROUP_BYTES, ORDER);
                FloatVector low =
                        (FloatVector)
                                codes.lanewise(VectorOperators.LSHL, 24)
                                        .lanewise(VectorOperators.ASHR, 24)
                                        .convert(VectorOperators.I2F, 0);
                FloatVector high =
                        (FloatVector)
                                codes.lanewise(VectorOperators.LSHL, 16)
                                        .lanewise(VectorOperators.ASHR, 24)
                                        .convert(VectorOperators.I2F, 0);
                FloatVector nextLow =
                        (FloatVector)
                                codes.lanewise(VectorOperators.LSHL, 8)
                                        .lanewise(VectorOperators.ASHR, 24)
                                        .convert(VectorOperators.I2F, 0);
                FloatVector nextHigh =
                        (FloatVector)
                                codes.lanewise(VectorOperators.ASHR, 24)
                                        .convert(VectorOperators.I2F, 0);
                float w0 = w[at + p];
                low0 =
                        Lanes.FUSED
                                ? low.fma(FloatVector.broadcast(Lanes.FLOATS, w0), low0)
                                : low0.add(low.mul(w0));
                high0 =
                        Lanes.FUSED
                                ? high.fma(FloatVector.broadcast(Lanes.FLOATS, w0), high0)
                                : high0.add(high.mul(w0));
                float next0 = w[at + p + 1];
                low0 =
                        Lanes.FUSED
                                ? nextLow.fma(FloatVector.broadcast(Lanes.FLOATS, next0), low0)
                                : low0.add(nextLow.mul(next0));
                high0 =
                        Lanes.FUSED
                                ? nextHigh.fma(FloatVector.broadcast(Lanes.FLOATS, next0), high0)
                                : high0.add(nextHigh.mul(next0));
                float w1 = w[at + KvLayout.PAGE + p];
                low1 =
                        Lanes.FUSED
                                ? low.fma(FloatVector.broadcast(Lanes.FLOATS, w1), low1)
                                : low1.add(low.mul(w1));
                high1 =
                        Lanes.FUSED
                                ? high.fma(FloatVector.broadcast(Lanes.FLOATS, w1), high1)
                                : high1.add(high.mul(w1));
                float next1 = w[at + KvLayout.PAGE + p + 1];
                low1 =
                        Lanes.FUSED
                                ? nextLow.fma(FloatVector.broadcast(Lanes.FLOATS, next1), low1)
                                : low1.add(nextLow.mul(next1));
                high1 =
                        Lanes.FUSED
                                ? nextHigh.fma(FloatVector.broadcast(Lanes.FLOATS, next1), high1)
                                : high1.add(nextHigh.mul(next1));
                float w2 = w[at + 2 * KvLayout.PAGE + p];
                low2 =
                        Lanes.FUSED
                                ? low.fma(FloatVector.broadcast(Lanes.FLOATS, w2), low2)
                                : low2.add(low.mul(w2));
                high2 =
                        Lanes.FUSED
                                ? high.fma(FloatVector.broadcast(Lanes.FLOATS, w2), high2)
                                : high2.add(high.mul(w2));
                float next2 = w[at + 2 * KvLayout.PAGE + p + 1];
                low2 =
                        Lanes.FUSED
                                ? nextLow.fma(FloatVector.broadcast(Lanes.FLOATS, next2), low2)
                                : low2.add(nextLow.mul(next2));
                high2 =
                        Lanes.FUSED
                                ? nextHigh.fma(FloatVector.broadcast(Lanes.FLOATS, next2), high2)
                                : high2.add(nextHigh.mul(next2));
                float w3 = w[at + 3 * KvLayout.PAGE + p];
                low3 =
                        Lanes.FUSED
                                ? low.fma(FloatVector.broadcast(Lanes.FLOATS, w3), low3)
                                : low3.add(low.mul(w3));
                high3 =
                        Lanes.FUSED
                                ? high.fma(FloatVector.broadcast(Lanes.FLOATS, w3), high3)
                                : high3.add(high.mul(w3));
                float next3 = w[at + 3 * KvLayout.PAGE + p + 1];
                low3 =
                        Lanes.FUSED
                                ? nextLow.fma(FloatVector.broadcast(Lanes.FLOATS, next3), low3)
                                : low3.add(nextLow.mul(next3));
                high3 =
                        Lanes.FUSED
                                ? nextHigh.fma(FloatVector.broadcast(Lanes.FLOATS, next3), high3)
                                : high3.add(nextHigh.mul(next3));
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
            for (int p = 0; p < positions; p += 2) {
                IntVector codes =
                        IntVector.fromMemorySegment(
                                Lanes.INTS, page, first + (long) p * GROUP_BYTES, ORDER);
                FloatVector low =
                        (FloatVector)
                                codes.lanewise(VectorOperators.LSHL, 24)
                                        .lanewise(VectorOperators.ASHR, 24)
                                        .convert(VectorOperators.I2F, 0);
                FloatVector high =
                        (FloatVector)
                                codes.lanewise(VectorOperators.LSHL, 16)
                                        .lanewise(VectorOperators.ASHR, 24)
                                        .convert(VectorOperators.I2F, 0);
                FloatVector nextLow =
                        (FloatVector)
                                codes.lanewise(VectorOperators.LSHL, 8)
                                        .lanewise(VectorOperators.ASHR, 24)
                                        .convert(VectorOperators.I2F, 0);
                FloatVector nextHigh =
                        (FloatVector)
                                codes.lanewise(VectorOperators.ASHR, 24)
                                        .convert(VectorOperators.I2F, 0);
                float w0 = w[at + p];
                low0 =
                        Lanes.FUSED
                                ? low.fma(FloatVector.broadcast(Lanes.FLOATS, w0), low0)
                                : low0.add(low.mul(w0));
                high0 =
                        Lanes.FUSED
                                ? high.fma(FloatVector.broadcast(Lanes.FLOATS, w0), high0)
                                : high0.add(high.mul(w0));
                float next0 = w[at + p + 1];
                low0 =
                        Lanes.FUSED
                                ? nextLow.fma(FloatVector.broadcast(Lanes.FLOATS, next0), low0)
                                : low0.add(nextLow.mul(next0));
                high0 =
                        Lanes.FUSED
                                ? nextHigh.fma(FloatVector.broadcast(Lanes.FLOATS, next0), high0)
                                : high0.add(nextHigh.mul(next0));
                float w1 = w[at + KvLayout.PAGE + p];
                low1 =
                        Lanes.FUSED
                                ? low.fma(FloatVector.broadcast(Lanes.FLOATS, w1), low1)
                                : low1.add(low.mul(w1));
                high1 =
                        Lanes.FUSED
                                ? high.fma(FloatVector.broadcast(Lanes.FLOATS, w1), high1)
                                : high1.add(high.mul(w1));
                float next1 = w[at + KvLayout.PAGE + p + 1];
                low1 =
                        Lanes.FUSED
                                ? nextLow.fma(FloatVector.broadcast(Lanes.FLOATS, next1), low1)
                                : low1.add(nextLow.mul(next1));
                high1 =
                        Lanes.FUSED
                                ? nextHigh.fma(FloatVector.broadcast(Lanes.FLOATS, next1), high1)
                                : high1.add(nextHigh.mul(next1));
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
            for (int p = 0; p < positions; p += 2) {
                IntVector codes =
                        IntVector.fromMemorySegment(
                                Lanes.INTS, page, first + (long) p * GROUP_BYTES, ORDER);
                FloatVector low =
                        (FloatVector)
                                codes.lanewise(VectorOperators.LSHL, 24)
                                        .lanewise(VectorOperators.ASHR, 24)
                                        .convert(VectorOperators.I2F, 0);
                FloatVector high =
                        (FloatVector)
                                codes.lanewise(VectorOperators.LSHL, 16)
                                        .lanewise(VectorOperators.ASHR, 24)
                                        .convert(VectorOperators.I2F, 0);
                FloatVector nextLow =
                        (FloatVector)
                                codes.lanewise(VectorOperators.LSHL, 8)
                                        .lanewise(VectorOperators.ASHR, 24)
                                        .convert(VectorOperators.I2F, 0);
                FloatVector nextHigh =
                        (FloatVector)
                                codes.lanewise(VectorOperators.ASHR, 24)
                                        .convert(VectorOperators.I2F, 0);
                float w0 = w[at + p];
                low0 =
                        Lanes.FUSED
                                ? low.fma(FloatVector.broadcast(Lanes.FLOATS, w0), low0)
                                : low0.add(low.mul(w0));
                high0 =
                        Lanes.FUSED
                                ? high.fma(FloatVector.broadcast(Lanes.FLOATS, w0), high0)
                                : high0.add(high.mul(w0));
                float next0 = w[at + p + 1];
                low0 =
                        Lanes.FUSED
                                ? nextLow.fma(FloatVector.broadcast(Lanes.FLOATS, next0), low0)
                                : low0.add(nextLow.mul(next0));
                high0 =
                        Lanes.FUSED
                                ? nextHigh.fma(FloatVector.broadcast(Lanes.FLOATS, next0), high0)
                                : high0.add(nextHigh.mul(next0));
            }
            low0.intoArray(sum, d);
            high0.intoArray(sum, d + LANES);
        }
    }
}
