package dev.trilobit.conformance.op;

import dev.trilobit.api.quant.FloatType;
import dev.trilobit.api.quant.Weight;
import dev.trilobit.conformance.contract.Check;
import dev.trilobit.conformance.contract.Trial;
import dev.trilobit.conformance.fixture.RandomWeights;
import dev.trilobit.conformance.fixture.TestVectors;
import java.util.ArrayList;
import java.util.List;

/** RmsNorm over the whole width and over heads. */
final class NormChecks {
    private static final int RANDOM_VECTORS = 4;

    /** The sum of 6912 squares does not overflow f32. */
    private static final float LARGEST = 1e15f;

    /** Of the mean, epsilon, an approximate inverse root (2), and the products (2); and a spare. */
    private static final int ROUNDINGS = 8;

    private NormChecks() {}

    static List<Check> checks() {
        return List.of(
                new Check("rms-norm, whole width", NormChecks::wholeWidth),
                new Check("rms-norm, each head", NormChecks::eachHead));
    }

    private static void wholeWidth(Trial trial) {
        var comparison = new OpComparison(trial);
        for (int width : TriedShapes.WIDTHS) {
            compare(comparison, width, 1, 1e-5f);
        }
        compare(comparison, 128, 1, 1e-6f);
        comparison.finish();
    }

    private static void eachHead(Trial trial) {
        var comparison = new OpComparison(trial);
        for (int headDim : List.of(1, 7, 26, 64, 80, 100, 128)) {
            for (int heads : List.of(2, 3, 8)) {
                compare(comparison, headDim, heads, 1e-6f);
            }
        }
        comparison.finish();
    }

    private static void compare(OpComparison comparison, int length, int heads, float epsilon) {
        long seed = 43L * length + heads;
        int width = length * heads;
        for (FloatType type : FloatType.values()) {
            var inputs = new ArrayList<>(TestVectors.random(width, RANDOM_VECTORS, seed));
            inputs.addAll(TestVectors.extremes(width, LARGEST, seed));
            Weight gain = new RandomWeights(seed).gain("gain", length, type);
            var op =
                    new OneOp(
                            "%d heads of %d, %s gain, epsilon %s, seed %d"
                                    .formatted(heads, length, type.suffix(), epsilon, seed),
                            inputs.size(),
                            List.of(inputs),
                            List.of(gain),
                            (builder, in) ->
                                    builder.rmsNorm(in.getFirst(), OneOp.ref(gain), epsilon));
            int[] tokens = op.everyToken();
            // Squares do not cancel, and the root halves the relative error of their sum.
            double unit = (0.5 * length + ROUNDINGS) * comparison.roundoff();
            comparison.compare(
                    op,
                    new Expected(
                            tokens,
                            op.oracle(tokens),
                            (_, _, value) -> unit * Math.abs(value) + Float.MIN_NORMAL,
                            (position, _) -> position < RANDOM_VECTORS));
        }
    }
}
