package dev.trilobit.conformance.op;

import dev.trilobit.api.program.ActivationQuant;
import dev.trilobit.api.quant.MatrixShape;
import dev.trilobit.api.quant.Weight;
import dev.trilobit.api.quant.WeightFormat;
import dev.trilobit.conformance.contract.Check;
import dev.trilobit.conformance.contract.Trial;
import dev.trilobit.conformance.fixture.Formats;
import dev.trilobit.conformance.fixture.MixedWeights;
import dev.trilobit.conformance.fixture.TestVectors;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

/** Linear layers of every format, with float and with int8 activations. */
final class LinearChecks {
    private static final int RANDOM_VECTORS = 4;

    /** No sum of 6912 products with the largest weight of any format here overflows f32. */
    private static final float LARGEST = 1e30f;

    /**
     * Roundings on the way of one product besides those of its sum: three of the activation (its
     * factor, its code divided by it), one of the product, one of the scale, one of the bias, and
     * two of partial sums put together.
     */
    private static final int ROUNDINGS = 8;

    private LinearChecks() {}

    static List<Check> checks() {
        var checks = new ArrayList<Check>();
        for (WeightFormat format : Formats.all()) {
            for (ActivationQuant rule : ActivationQuant.values()) {
                String name = "linear %s, %s".formatted(TriedShapes.name(format), name(rule));
                checks.add(new Check(name, trial -> check(trial, format, rule)));
            }
        }
        return checks;
    }

    private static String name(ActivationQuant rule) {
        return switch (rule) {
            case NONE -> "float activations";
            case INT8_PER_TOKEN -> "int8 activations";
            case INT8_PER_GROUP -> "int8 activations a group";
        };
    }

    private static void check(Trial trial, WeightFormat format, ActivationQuant rule) {
        var comparison = new OpComparison(trial);
        for (MatrixShape shape : TriedShapes.of(format)) {
            compare(comparison, shape, format, rule, 31L * shape.rows() + shape.cols());
        }
        comparison.finish();
    }

    private static void compare(
            OpComparison comparison,
            MatrixShape shape,
            WeightFormat format,
            ActivationQuant rule,
            long seed) {
        var inputs = new ArrayList<>(TestVectors.random(shape.cols(), RANDOM_VECTORS, seed));
        inputs.addAll(TestVectors.extremes(shape.cols(), LARGEST, seed));
        int run = format.runCols(shape.cols());
        if (rule == ActivationQuant.INT8_PER_GROUP) {
            inputs.forEach(vector -> TestVectors.moveTies(vector, run));
        }
        Weight weight = MixedWeights.matrix("weight", shape, format, seed);
        var op =
                new OneOp(
                        "%s, seed %d".formatted(shape, seed),
                        inputs.size(),
                        List.of(inputs),
                        List.of(weight),
                        (builder, in) -> builder.linear(in.getFirst(), OneOp.ref(weight), rule));
        int[] tokens = op.everyToken();
        List<double[]> sizes = inputs.stream().map(x -> sizes(x, rule, run)).toList();
        double[][] magnitudes = magnitudes(weight, sizes);
        double unit = (shape.cols() + ROUNDINGS) * comparison.roundoff();
        // What a flush of subnormal products to zero may cost.
        double underflow = (shape.cols() + ROUNDINGS) * (double) Float.MIN_NORMAL;
        comparison.compare(
                op,
                new Expected(
                        tokens,
                        op.oracle(tokens),
                        (position, row, _) -> unit * magnitudes[row][position] + underflow,
                        (position, row) ->
                                position < RANDOM_VECTORS && MixedWeights.isRandom(row)));
    }

    /** Sums of |w||x| of every row and input: [rows][inputs]. */
    private static double[][] magnitudes(Weight weight, List<double[]> sizes) {
        return IntStream.range(0, weight.shape().rows())
                .mapToObj(row -> StoredMagnitudes.ofRow(weight, row))
                .map(row -> sizes.stream().mapToDouble(size -> dot(row, size)).toArray())
                .toArray(double[][]::new);
    }

    /** Magnitudes of a vector as the rule leaves them. */
    private static double[] sizes(float[] x, ActivationQuant rule, int run) {
        var sizes = new double[x.length];
        for (int i = 0; i < x.length; i++) {
            double size = Math.abs((double) x[i]);
            sizes[i] =
                    switch (rule) {
                        case NONE -> size;
                        case INT8_PER_TOKEN -> rounded(size, TestVectors.int8Factor(x));
                        case INT8_PER_GROUP ->
                                rounded(size, TestVectors.int8Factor(x, i - i % run, run));
                    };
        }
        return sizes;
    }

    private static double rounded(double size, double factor) {
        return Math.rint(size * factor) / factor;
    }

    private static double dot(double[] left, double[] right) {
        double sum = 0;
        for (int i = 0; i < left.length; i++) {
            sum += left[i] * right[i];
        }
        return sum;
    }
}
