package dev.trilobit.backend.cpu;

import java.lang.foreign.MemorySegment;
import java.nio.ByteOrder;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorOperators;

/** Products of queries with a tile of keys of int8, two groups a load. See {@link KvCodec}. */
final class KvInt8Scores {
    private static final ByteOrder ORDER = ByteOrder.nativeOrder();
    private static final int LANES = Lanes.FLOATS.length();
    private static final int GROUP_BYTES = 2 * LANES;

    private KvInt8Scores() {}

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

    private static void score4(
            MemorySegment page, long from, int dim, float[] q, int at, float[] out, int outAt) {
        int keyDim = dim + (dim & 1);
        int paired = dim - (dim & 1);
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
            for (int d = 0; d < paired; d += 2) {
                IntVector codes =
                        IntVector.fromMemorySegment(
                                Lanes.INTS, page, first + (long) d * GROUP_BYTES, ORDER);
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
                float q0 = q[at + d];
                low0 =
                        Lanes.FUSED
                                ? low.fma(FloatVector.broadcast(Lanes.FLOATS, q0), low0)
                                : low0.add(low.mul(q0));
                high0 =
                        Lanes.FUSED
                                ? high.fma(FloatVector.broadcast(Lanes.FLOATS, q0), high0)
                                : high0.add(high.mul(q0));
                float next0 = q[at + d + 1];
                low0 =
                        Lanes.FUSED
                                ? nextLow.fma(FloatVector.broadcast(Lanes.FLOATS, next0), low0)
                                : low0.add(nextLow.mul(next0));
                high0 =
                        Lanes.FUSED
                                ? nextHigh.fma(FloatVector.broadcast(Lanes.FLOATS, next0), high0)
                                : high0.add(nextHigh.mul(next0));
                float q1 = q[at + dim + d];
                low1 =
                        Lanes.FUSED
                                ? low.fma(FloatVector.broadcast(Lanes.FLOATS, q1), low1)
                                : low1.add(low.mul(q1));
                high1 =
                        Lanes.FUSED
                                ? high.fma(FloatVector.broadcast(Lanes.FLOATS, q1), high1)
                                : high1.add(high.mul(q1));
                float next1 = q[at + dim + d + 1];
                low1 =
                        Lanes.FUSED
                                ? nextLow.fma(FloatVector.broadcast(Lanes.FLOATS, next1), low1)
                                : low1.add(nextLow.mul(next1));
                high1 =
                        Lanes.FUSED
                                ? nextHigh.fma(FloatVector.broadcast(Lanes.FLOATS, next1), high1)
                                : high1.add(nextHigh.mul(next1));
                float q2 = q[at + 2 * dim + d];
                low2 =
                        Lanes.FUSED
                                ? low.fma(FloatVector.broadcast(Lanes.FLOATS, q2), low2)
                                : low2.add(low.mul(q2));
                high2 =
                        Lanes.FUSED
                                ? high.fma(FloatVector.broadcast(Lanes.FLOATS, q2), high2)
                                : high2.add(high.mul(q2));
                float next2 = q[at + 2 * dim + d + 1];
                low2 =
                        Lanes.FUSED
                                ? nextLow.fma(FloatVector.broadcast(Lanes.FLOATS, next2), low2)
                                : low2.add(nextLow.mul(next2));
                high2 =
                        Lanes.FUSED
                                ? nextHigh.fma(FloatVector.broadcast(Lanes.FLOATS, next2), high2)
                                : high2.add(nextHigh.mul(next2));
                float q3 = q[at + 3 * dim + d];
                low3 =
                        Lanes.FUSED
                                ? low.fma(FloatVector.broadcast(Lanes.FLOATS, q3), low3)
                                : low3.add(low.mul(q3));
                high3 =
                        Lanes.FUSED
                                ? high.fma(FloatVector.broadcast(Lanes.FLOATS, q3), high3)
                                : high3.add(high.mul(q3));
                float next3 = q[at + 3 * dim + d + 1];
                low3 =
                        Lanes.FUSED
                                ? nextLow.fma(FloatVector.broadcast(Lanes.FLOATS, next3), low3)
                                : low3.add(nextLow.mul(next3));
                high3 =
                        Lanes.FUSED
                                ? nextHigh.fma(FloatVector.broadcast(Lanes.FLOATS, next3), high3)
                                : high3.add(nextHigh.mul(next3));
            }
            if (paired < dim) {
                IntVector codes =
                        IntVector.fromMemorySegment(
                                Lanes.INTS, page, first + (long) paired * GROUP_BYTES, ORDER);
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
                low0 =
                        Lanes.FUSED
                                ? low.fma(FloatVector.broadcast(Lanes.FLOATS, q[at + paired]), low0)
                                : low0.add(low.mul(q[at + paired]));
                high0 =
                        Lanes.FUSED
                                ? high.fma(
                                        FloatVector.broadcast(Lanes.FLOATS, q[at + paired]), high0)
                                : high0.add(high.mul(q[at + paired]));
                low1 =
                        Lanes.FUSED
                                ? low.fma(
                                        FloatVector.broadcast(Lanes.FLOATS, q[at + dim + paired]),
                                        low1)
                                : low1.add(low.mul(q[at + dim + paired]));
                high1 =
                        Lanes.FUSED
                                ? high.fma(
                                        FloatVector.broadcast(Lanes.FLOATS, q[at + dim + paired]),
                                        high1)
                                : high1.add(high.mul(q[at + dim + paired]));
                low2 =
                        Lanes.FUSED
                                ? low.fma(
                                        FloatVector.broadcast(
                                                Lanes.FLOATS, q[at + 2 * dim + paired]),
                                        low2)
                                : low2.add(low.mul(q[at + 2 * dim + paired]));
                high2 =
                        Lanes.FUSED
                                ? high.fma(
                                        FloatVector.broadcast(
                                                Lanes.FLOATS, q[at + 2 * dim + paired]),
                                        high2)
                                : high2.add(high.mul(q[at + 2 * dim + paired]));
                low3 =
                        Lanes.FUSED
                                ? low.fma(
                                        FloatVector.broadcast(
                                                Lanes.FLOATS, q[at + 3 * dim + paired]),
                                        low3)
                                : low3.add(low.mul(q[at + 3 * dim + paired]));
                high3 =
                        Lanes.FUSED
                                ? high.fma(
                                        FloatVector.broadcast(
                                                Lanes.FLOATS, q[at + 3 * dim + paired]),
                                        high3)
                                : high3.add(high.mul(q[at + 3 * dim + paired]));
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
        int paired = dim - (dim & 1);
        for (int p = 0; p < KvLayout.TILE; p += KvLayout.GROUP) {
            long first = from + (long) (p / KvLayout.GROUP) * keyDim * GROUP_BYTES;
            FloatVector low0 = FloatVector.zero(Lanes.FLOATS);
            FloatVector high0 = low0;
            FloatVector low1 = FloatVector.zero(Lanes.FLOATS);
            FloatVector high1 = low1;
            for (int d = 0; d < paired; d += 2) {
                IntVector codes =
                        IntVector.fromMemorySegment(
                                Lanes.INTS, page, first + (long) d * GROUP_BYTES, ORDER);
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
                float q0 = q[at + d];
                low0 =
                        Lanes.FUSED
                                ? low.fma(FloatVector.broadcast(Lanes.FLOATS, q0), low0)
                                : low0.add(low.mul(q0));
                high0 =
                        Lanes.FUSED
                                ? high.fma(FloatVector.broadcast(Lanes.FLOATS, q0), high0)
                                : high0.add(high.mul(q0));
                float next0 = q[at + d + 1];
                low0 =
                        Lanes.FUSED
                                ? nextLow.fma(FloatVector.broadcast(Lanes.FLOATS, next0), low0)
                                : low0.add(nextLow.mul(next0));
                high0 =
                        Lanes.FUSED
                                ? nextHigh.fma(FloatVector.broadcast(Lanes.FLOATS, next0), high0)
                                : high0.add(nextHigh.mul(next0));
                float q1 = q[at + dim + d];
                low1 =
                        Lanes.FUSED
                                ? low.fma(FloatVector.broadcast(Lanes.FLOATS, q1), low1)
                                : low1.add(low.mul(q1));
                high1 =
                        Lanes.FUSED
                                ? high.fma(FloatVector.broadcast(Lanes.FLOATS, q1), high1)
                                : high1.add(high.mul(q1));
                float next1 = q[at + dim + d + 1];
                low1 =
                        Lanes.FUSED
                                ? nextLow.fma(FloatVector.broadcast(Lanes.FLOATS, next1), low1)
                                : low1.add(nextLow.mul(next1));
                high1 =
                        Lanes.FUSED
                                ? nextHigh.fma(FloatVector.broadcast(Lanes.FLOATS, next1), high1)
                                : high1.add(nextHigh.mul(next1));
            }
            if (paired < dim) {
                IntVector codes =
                        IntVector.fromMemorySegment(
                                Lanes.INTS, page, first + (long) paired * GROUP_BYTES, ORDER);
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
                low0 =
                        Lanes.FUSED
                                ? low.fma(FloatVector.broadcast(Lanes.FLOATS, q[at + paired]), low0)
                                : low0.add(low.mul(q[at + paired]));
                high0 =
                        Lanes.FUSED
                                ? high.fma(
                                        FloatVector.broadcast(Lanes.FLOATS, q[at + paired]), high0)
                                : high0.add(high.mul(q[at + paired]));
                low1 =
                        Lanes.FUSED
                                ? low.fma(
                                        FloatVector.broadcast(Lanes.FLOATS, q[at + dim + paired]),
                                        low1)
                                : low1.add(low.mul(q[at + dim + paired]));
                high1 =
                        Lanes.FUSED
                                ? high.fma(
                                        FloatVector.broadcast(Lanes.FLOATS, q[at + dim + paired]),
                                        high1)
                                : high1.add(high.mul(q[at + dim + paired]));
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
        int paired = dim - (dim & 1);
        for (int p = 0; p < KvLayout.TILE; p += KvLayout.GROUP) {
            long first = from + (long) (p / KvLayout.GROUP) * keyDim * GROUP_BYTES;
            FloatVector low0 = FloatVector.zero(Lanes.FLOATS);
            FloatVector high0 = low0;
            for (int d = 0; d < paired; d += 2) {
                IntVector codes =
                        IntVector.fromMemorySegment(
                                Lanes.INTS, page, first + (long) d * GROUP_BYTES, ORDER);
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
                float q0 = q[at + d];
                low0 =
                        Lanes.FUSED
                                ? low.fma(FloatVector.broadcast(Lanes.FLOATS, q0), low0)
                                : low0.add(low.mul(q0));
                high0 =
                        Lanes.FUSED
                                ? high.fma(FloatVector.broadcast(Lanes.FLOATS, q0), high0)
                                : high0.add(high.mul(q0));
                float next0 = q[at + d + 1];
                low0 =
                        Lanes.FUSED
                                ? nextLow.fma(FloatVector.broadcast(Lanes.FLOATS, next0), low0)
                                : low0.add(nextLow.mul(next0));
                high0 =
                        Lanes.FUSED
                                ? nextHigh.fma(FloatVector.broadcast(Lanes.FLOATS, next0), high0)
                                : high0.add(nextHigh.mul(next0));
            }
            if (paired < dim) {
                IntVector codes =
                        IntVector.fromMemorySegment(
                                Lanes.INTS, page, first + (long) paired * GROUP_BYTES, ORDER);
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
                low0 =
                        Lanes.FUSED
                                ? low.fma(FloatVector.broadcast(Lanes.FLOATS, q[at + paired]), low0)
                                : low0.add(low.mul(q[at + paired]));
                high0 =
                        Lanes.FUSED
                                ? high.fma(
                                        FloatVector.broadcast(Lanes.FLOATS, q[at + paired]), high0)
                                : high0.add(high.mul(q[at + paired]));
            }
            low0.intoArray(out, outAt + p);
            high0.intoArray(out, outAt + p + LANES);
        }
    }
}
