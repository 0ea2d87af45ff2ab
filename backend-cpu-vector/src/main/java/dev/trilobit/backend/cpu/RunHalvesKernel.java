package dev.trilobit.backend.cpu;

import java.lang.foreign.MemorySegment;
import java.nio.ByteOrder;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.ShortVector;
import jdk.incubator.vector.VectorOperators;

/**
 * What {@link RunKernels#oneToken} and {@link RunScaling#addScaled} do with f16 scales, in one
 * loop: a decoded token spends its time here. Every operation and its order is theirs. What {@link
 * Halves} does is written out: in a loop of this size the compiler does not inline it.
 */
final class RunHalvesKernel {
    private static final int LANES = RunWords.LANES;
    private static final int INTS = LANES / 2;
    private static final long VECTOR_BYTES = (long) LANES * Short.BYTES;
    private static final long STEP = RunWords.STEP_BYTES;
    private static final ByteOrder ORDER = ByteOrder.nativeOrder();

    private RunHalvesKernel() {}

    /**
     * Multiplies a block of rows with one token.
     *
     * @param codes of the whole matrix
     * @param block byte offset of the block's codes
     * @param scales of the whole matrix, as {@link GroupStates} keeps f16, all finite
     * @param state byte offset of the block's scales
     * @param tile of one token
     * @param results out: rows of the block, without biases
     */
    static void oneToken(
            MemorySegment codes,
            long block,
            MemorySegment scales,
            long state,
            RunTile tile,
            float[] results) {
        RunLayout layout = tile.layout();
        short[] tables = tile.tables(0);
        float[] factors = tile.factors();
        int[] sums = tile.sums();
        int added = layout.sumFactor();
        int groups = layout.groups();
        int groupWords = layout.groupWords();
        int words = layout.words();
        FloatVector low0 = FloatVector.zero(Lanes.FLOATS);
        FloatVector high0 = low0;
        FloatVector low1 = low0;
        FloatVector high1 = low0;
        FloatVector low2 = low0;
        FloatVector high2 = low0;
        FloatVector low3 = low0;
        FloatVector high3 = low0;
        long p = block;
        int t = 0;
        for (int g = 0; g < groups; g++) {
            ShortVector a0 = ShortVector.zero(Lanes.SHORTS);
            ShortVector a1 = a0;
            ShortVector a2 = a0;
            ShortVector a3 = a0;
            long end = block + Math.min((g + 1) * groupWords, words) * STEP;
            // Few words a group: a loop that the compiler does not split into three.
            do {
                ShortVector w0 = ShortVector.fromMemorySegment(Lanes.SHORTS, codes, p, ORDER);
                ShortVector w1 =
                        ShortVector.fromMemorySegment(Lanes.SHORTS, codes, p + VECTOR_BYTES, ORDER);
                ShortVector w2 =
                        ShortVector.fromMemorySegment(
                                Lanes.SHORTS, codes, p + 2 * VECTOR_BYTES, ORDER);
                ShortVector w3 =
                        ShortVector.fromMemorySegment(
                                Lanes.SHORTS, codes, p + 3 * VECTOR_BYTES, ORDER);
                for (int k = 0; k < RunWords.NARROW; k++) {
                    ShortVector table = ShortVector.fromArray(Lanes.SHORTS, tables, t + k * LANES);
                    a0 = a0.add(w0.selectFrom(table));
                    a1 = a1.add(w1.selectFrom(table));
                    a2 = a2.add(w2.selectFrom(table));
                    a3 = a3.add(w3.selectFrom(table));
                    w0 = w0.lanewise(VectorOperators.LSHR, RunWords.NARROW_BITS);
                    w1 = w1.lanewise(VectorOperators.LSHR, RunWords.NARROW_BITS);
                    w2 = w2.lanewise(VectorOperators.LSHR, RunWords.NARROW_BITS);
                    w3 = w3.lanewise(VectorOperators.LSHR, RunWords.NARROW_BITS);
                }
                for (int k = 0; k < RunWords.WIDE; k++) {
                    int pair = t + (RunWords.NARROW + 2 * k) * LANES;
                    ShortVector low = ShortVector.fromArray(Lanes.SHORTS, tables, pair);
                    ShortVector high = ShortVector.fromArray(Lanes.SHORTS, tables, pair + LANES);
                    a0 = a0.add(w0.selectFrom(low, high));
                    a1 = a1.add(w1.selectFrom(low, high));
                    a2 = a2.add(w2.selectFrom(low, high));
                    a3 = a3.add(w3.selectFrom(low, high));
                    w0 = w0.lanewise(VectorOperators.LSHR, RunWords.WIDE_BITS);
                    w1 = w1.lanewise(VectorOperators.LSHR, RunWords.WIDE_BITS);
                    w2 = w2.lanewise(VectorOperators.LSHR, RunWords.WIDE_BITS);
                    w3 = w3.lanewise(VectorOperators.LSHR, RunWords.WIDE_BITS);
                }
                p += STEP;
                t += RunWords.TABLE_SHORTS;
            } while (p != end);
            float factor = factors[g];
            int sum = added * sums[g];
            long s = state + g * (4 * VECTOR_BYTES);
            IntVector dots;
            IntVector states;
            FloatVector scale;
            FloatVector dot;
            dots = a0.reinterpretAsInts();
            states = IntVector.fromMemorySegment(Lanes.INTS, scales, s, ORDER);
            scale =
                    states.lanewise(VectorOperators.LSHL, 16)
                            .lanewise(VectorOperators.ASHR, 3)
                            .and(Halves.BITS)
                            .reinterpretAsFloats()
                            .mul(Halves.UNIT);
            dot =
                    (FloatVector)
                            dots.lanewise(VectorOperators.LSHL, 16)
                                    .lanewise(VectorOperators.ASHR, 16)
                                    .add(sum)
                                    .convert(VectorOperators.I2F, 0);
            low0 = low0.add(dot.mul(factor).mul(scale));
            scale =
                    states.lanewise(VectorOperators.ASHR, 3)
                            .and(Halves.BITS)
                            .reinterpretAsFloats()
                            .mul(Halves.UNIT);
            dot =
                    (FloatVector)
                            dots.lanewise(VectorOperators.ASHR, 16)
                                    .add(sum)
                                    .convert(VectorOperators.I2F, 0);
            high0 = high0.add(dot.mul(factor).mul(scale));
            dots = a1.reinterpretAsInts();
            states = IntVector.fromMemorySegment(Lanes.INTS, scales, s + VECTOR_BYTES, ORDER);
            scale =
                    states.lanewise(VectorOperators.LSHL, 16)
                            .lanewise(VectorOperators.ASHR, 3)
                            .and(Halves.BITS)
                            .reinterpretAsFloats()
                            .mul(Halves.UNIT);
            dot =
                    (FloatVector)
                            dots.lanewise(VectorOperators.LSHL, 16)
                                    .lanewise(VectorOperators.ASHR, 16)
                                    .add(sum)
                                    .convert(VectorOperators.I2F, 0);
            low1 = low1.add(dot.mul(factor).mul(scale));
            scale =
                    states.lanewise(VectorOperators.ASHR, 3)
                            .and(Halves.BITS)
                            .reinterpretAsFloats()
                            .mul(Halves.UNIT);
            dot =
                    (FloatVector)
                            dots.lanewise(VectorOperators.ASHR, 16)
                                    .add(sum)
                                    .convert(VectorOperators.I2F, 0);
            high1 = high1.add(dot.mul(factor).mul(scale));
            dots = a2.reinterpretAsInts();
            states = IntVector.fromMemorySegment(Lanes.INTS, scales, s + 2 * VECTOR_BYTES, ORDER);
            scale =
                    states.lanewise(VectorOperators.LSHL, 16)
                            .lanewise(VectorOperators.ASHR, 3)
                            .and(Halves.BITS)
                            .reinterpretAsFloats()
                            .mul(Halves.UNIT);
            dot =
                    (FloatVector)
                            dots.lanewise(VectorOperators.LSHL, 16)
                                    .lanewise(VectorOperators.ASHR, 16)
                                    .add(sum)
                                    .convert(VectorOperators.I2F, 0);
            low2 = low2.add(dot.mul(factor).mul(scale));
            scale =
                    states.lanewise(VectorOperators.ASHR, 3)
                            .and(Halves.BITS)
                            .reinterpretAsFloats()
                            .mul(Halves.UNIT);
            dot =
                    (FloatVector)
                            dots.lanewise(VectorOperators.ASHR, 16)
                                    .add(sum)
                                    .convert(VectorOperators.I2F, 0);
            high2 = high2.add(dot.mul(factor).mul(scale));
            dots = a3.reinterpretAsInts();
            states = IntVector.fromMemorySegment(Lanes.INTS, scales, s + 3 * VECTOR_BYTES, ORDER);
            scale =
                    states.lanewise(VectorOperators.LSHL, 16)
                            .lanewise(VectorOperators.ASHR, 3)
                            .and(Halves.BITS)
                            .reinterpretAsFloats()
                            .mul(Halves.UNIT);
            dot =
                    (FloatVector)
                            dots.lanewise(VectorOperators.LSHL, 16)
                                    .lanewise(VectorOperators.ASHR, 16)
                                    .add(sum)
                                    .convert(VectorOperators.I2F, 0);
            low3 = low3.add(dot.mul(factor).mul(scale));
            scale =
                    states.lanewise(VectorOperators.ASHR, 3)
                            .and(Halves.BITS)
                            .reinterpretAsFloats()
                            .mul(Halves.UNIT);
            dot =
                    (FloatVector)
                            dots.lanewise(VectorOperators.ASHR, 16)
                                    .add(sum)
                                    .convert(VectorOperators.I2F, 0);
            high3 = high3.add(dot.mul(factor).mul(scale));
        }
        low0.intoArray(results, 0);
        high0.intoArray(results, INTS);
        low1.intoArray(results, 2 * INTS);
        high1.intoArray(results, 3 * INTS);
        low2.intoArray(results, 4 * INTS);
        high2.intoArray(results, 5 * INTS);
        low3.intoArray(results, 6 * INTS);
        high3.intoArray(results, 7 * INTS);
    }
}
