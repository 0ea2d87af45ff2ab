package dev.trilobit.conformance.op;

import dev.trilobit.api.program.ActivationQuant;
import dev.trilobit.api.quant.Binary;
import dev.trilobit.api.quant.BlockType;
import dev.trilobit.api.quant.Blocks;
import dev.trilobit.api.quant.FloatType;
import dev.trilobit.api.quant.MatrixShape;
import dev.trilobit.api.quant.ReferenceCodec;
import dev.trilobit.api.quant.Weight;
import dev.trilobit.api.quant.WeightFormat;
import dev.trilobit.conformance.contract.Check;
import dev.trilobit.conformance.fixture.Formats;
import dev.trilobit.conformance.fixture.MixedWeights;
import dev.trilobit.conformance.fixture.TestVectors;
import java.util.ArrayList;
import java.util.List;

/**
 * Linear layers on runs of activations rounded to int8, all runs of an input but one being zero: a
 * result is then one whole number times scale and factor, and nothing but these two products may
 * round. What is expected is summed up here without the oracle.
 */
final class RunSumChecks {
    private static final int VECTORS = 6;

    /** Of inputs whose factor is a power of two: the two products, and the scale of a block. */
    private static final int EXACT_ROUNDINGS = 3;

    /** Of any input: also the factor, and its inverse. */
    private static final int ROUNDINGS = 5;

    /** Makes input vectors. */
    @FunctionalInterface
    private interface Inputs {
        List<float[]> of(int width, int count, long seed);
    }

    private RunSumChecks() {}

    static List<Check> checks() {
        var checks = new ArrayList<Check>();
        for (WeightFormat format :
                List.of(
                        Formats.BINARY,
                        new Binary(32, Binary.Mode.SYMMETRIC, FloatType.F32),
                        Formats.TERNARY_GROUPS,
                        new Blocks(BlockType.Q8_0))) {
            String name = "linear %s, int8 activations a group, ".formatted(format.label());
            checks.add(
                    check(
                            name + "run sums are exact",
                            format,
                            TestVectors::integers,
                            EXACT_ROUNDINGS));
            checks.add(
                    check(
                            name + "run sums of rounded inputs are exact",
                            format,
                            TestVectors::random,
                            ROUNDINGS));
            checks.add(
                    check(
                            name + "exact halves round to even",
                            format,
                            TestVectors::ties,
                            EXACT_ROUNDINGS));
        }
        return checks;
    }

    private static Check check(String name, WeightFormat format, Inputs inputs, int roundings) {
        return new Check(
                name,
                trial -> {
                    var comparison = new OpComparison(trial);
                    double unit = roundings * comparison.roundoff();
                    for (MatrixShape shape : TriedShapes.of(format)) {
                        compare(comparison, shape, format, inputs, unit);
                    }
                    comparison.finish();
                });
    }

    private static void compare(
            OpComparison comparison,
            MatrixShape shape,
            WeightFormat format,
            Inputs kind,
            double unit) {
        long seed = 41L * shape.rows() + shape.cols();
        int run = format.runCols(shape.cols());
        var inputs = new ArrayList<float[]>();
        List<float[]> runs = new ArrayList<>(kind.of(run, VECTORS, seed));
        runs.addAll(TestVectors.largestCodes(run));
        for (float[] values : runs) {
            inputs.add(alone(values, shape.cols(), inputs.size()));
        }
        Weight weight = MixedWeights.matrix("weight", shape, format, seed);
        var op =
                new OneOp(
                        "%s, seed %d".formatted(shape, seed),
                        inputs.size(),
                        List.of(inputs),
                        List.of(weight),
                        (builder, in) ->
                                builder.linear(
                                        in.getFirst(),
                                        OneOp.ref(weight),
                                        ActivationQuant.INT8_PER_GROUP));
        comparison.compare(
                op,
                new Expected(
                        op.everyToken(),
                        products(weight, inputs, run),
                        (_, _, value) -> unit * Math.abs(value),
                        (_, _) -> true));
    }

    /** A vector of zeros but for one run, another one for each number. */
    private static float[] alone(float[] values, int width, int number) {
        var vector = new float[width];
        int whole = Math.max(width / values.length, 1);
        int from = number % whole * values.length;
        System.arraycopy(values, 0, vector, from, Math.min(values.length, width - from));
        return vector;
    }

    /** What comes out: [inputs][rows]. */
    private static double[][] products(Weight weight, List<float[]> inputs, int run) {
        var products = new double[inputs.size()][weight.shape().rows()];
        for (int row = 0; row < weight.shape().rows(); row++) {
            double[] decoded = ReferenceCodec.decodeRow(weight, row);
            for (int n = 0; n < products.length; n++) {
                products[n][row] = product(decoded, inputs.get(n), run);
            }
        }
        return products;
    }

    private static double product(double[] row, float[] input, int run) {
        double sum = 0;
        for (int from = 0; from < input.length; from += run) {
            double factor = TestVectors.int8Factor(input, from, run);
            double dot = 0;
            for (int i = from; i < Math.min(from + run, input.length); i++) {
                // A scale times a whole number: exact in float64, and so is their sum.
                dot += row[i] * Math.rint(input[i] * factor);
            }
            sum += dot / factor;
        }
        return sum;
    }
}
