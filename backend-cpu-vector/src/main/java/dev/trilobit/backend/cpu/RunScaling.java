package dev.trilobit.backend.cpu;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.ShortVector;
import jdk.incubator.vector.VectorOperators;

/**
 * Adds up scaled sums of groups in f32, group after group: {@code a = a + scale * (factor * (float)
 * dot)}, apart from them {@code b = b + bias * (factor * (float) sum)} where there are biases, and
 * at the end {@code a + b}. Nothing is fused; the conversions are exact. So a result does not
 * depend on the machine, nor on how many tokens are computed at once.
 */
final class RunScaling {
    private static final int LANES = RunWords.LANES;
    private static final int INTS = LANES / 2;
    private static final int ROWS = RunWords.BLOCK_ROWS;

    private RunScaling() {}

    /**
     * Adds some groups of a block of rows for one token.
     *
     * @param work its sums of the groups, [group - from][lanes of the block] from {@code dotsAt}
     *     on, and the scales, [group - from][rows of the block]
     * @param tile has the factors and the sums of the token's whole numbers
     * @param results in and out: rows of the block from {@code at} on
     */
    static void addScaled(
            RunScratch work,
            int dotsAt,
            RunTile tile,
            int token,
            int from,
            int to,
            float[] results,
            int at) {
        short[] dots = work.dots();
        float[] scales = work.scales();
        float[] factors = tile.factors();
        int[] sums = tile.sums();
        int first = token * tile.layout().groups();
        int added = tile.layout().sumFactor();
        for (int r = 0; r < ROWS; r += LANES) {
            FloatVector low = FloatVector.fromArray(Lanes.FLOATS, results, at + r);
            FloatVector high = FloatVector.fromArray(Lanes.FLOATS, results, at + r + INTS);
            int state = r;
            for (int g = from; g < to; g++) {
                float factor = factors[first + g];
                int sum = added * sums[first + g];
                IntVector pairs =
                        ShortVector.fromArray(Lanes.SHORTS, dots, dotsAt + state)
                                .reinterpretAsInts();
                IntVector even =
                        pairs.lanewise(VectorOperators.LSHL, 16)
                                .lanewise(VectorOperators.ASHR, 16)
                                .add(sum);
                IntVector odd = pairs.lanewise(VectorOperators.ASHR, 16).add(sum);
                FloatVector scale = FloatVector.fromArray(Lanes.FLOATS, scales, state);
                FloatVector dot = (FloatVector) even.convert(VectorOperators.I2F, 0);
                low = low.add(dot.mul(factor).mul(scale));
                scale = FloatVector.fromArray(Lanes.FLOATS, scales, state + INTS);
                dot = (FloatVector) odd.convert(VectorOperators.I2F, 0);
                high = high.add(dot.mul(factor).mul(scale));
                state += ROWS;
            }
            low.intoArray(results, at + r);
            high.intoArray(results, at + r + INTS);
        }
    }

    /**
     * Adds the biases of some groups of a block of rows for one token.
     *
     * @param results in and out: rows of the block from {@code at} on
     */
    static void addBiases(
            RunScratch work, RunTile tile, int token, int from, int to, float[] results, int at) {
        float[] biases = work.biases();
        int first = token * tile.layout().groups();
        for (int r = 0; r < ROWS; r += INTS) {
            FloatVector result = FloatVector.fromArray(Lanes.FLOATS, results, at + r);
            int state = r;
            for (int g = from; g < to; g++) {
                float sum = tile.factors()[first + g] * tile.sums()[first + g];
                result = result.add(FloatVector.fromArray(Lanes.FLOATS, biases, state).mul(sum));
                state += ROWS;
            }
            result.intoArray(results, at + r);
        }
    }
}
