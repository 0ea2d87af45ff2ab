package dev.trilobit.conformance.op;

import dev.trilobit.api.program.ActivationQuant;
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
 * Linear layers of ternary weights with one scale, on int8 activations: sums of whole numbers that
 * f32 and int32 hold exactly, so that nothing but the scaling may round. What is expected is summed
 * up here in whole numbers, without the oracle, and the whole number next to what came over the
 * scale must be that sum, whatever roundoff a backend's budget grants its scaling.
 */
final class IntegerSumChecks {
    private static final int VECTORS = 8;

    /**
     * Of inputs whose factor is a power of two: one rounding of the scaled sum, and one more for
     * backends that multiply with a rounded inverse.
     */
    private static final int EXACT_ROUNDINGS = 2;

    /** Of any input: also the factor, its inverse, and the inverse times the scale. */
    private static final int ROUNDINGS = 5;

    private IntegerSumChecks() {}

    /** Makes input vectors. */
    @FunctionalInterface
    private interface Inputs {
        List<float[]> of(int width, int count, long seed);
    }

    static List<Check> checks() {
        var checks = new ArrayList<Check>();
        for (WeightFormat format : List.of(Formats.TERNARY, Formats.TERNARY_ROW_QUARTERS)) {
            String name = "linear " + TriedShapes.name(format);
            checks.add(
                    check(
                            name + ", sums of whole inputs are exact",
                            format,
                            TestVectors::integers,
                            EXACT_ROUNDINGS));
            checks.add(
                    check(
                            name + ", sums of rounded inputs are exact",
                            format,
                            TestVectors::random,
                            ROUNDINGS));
            checks.add(
                    check(
                            name + ", exact halves round to even",
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
        long seed = 37L * shape.rows() + shape.cols();
        List<float[]> inputs = new ArrayList<>(kind.of(shape.cols(), VECTORS, seed));
        // With the rows of equal and alternating trits, the largest sums there are.
        inputs.addAll(TestVectors.largestCodes(shape.cols()));
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
                                        ActivationQuant.INT8_PER_TOKEN));
        comparison.compare(
                op,
                Expected.ofWholeSums(
                        op.everyToken(),
                        sums(weight, inputs),
                        (_, _, value) -> unit * Math.abs(value)));
    }

    /** Whole sums, in units of the scale over the factor of an input. */
    private static WholeSums sums(Weight weight, List<float[]> inputs) {
        int rows = weight.shape().rows();
        double scale = FloatType.F32.get(weight.scales(), 0);
        int[][] trits = trits(weight);
        var sums = new long[inputs.size()][rows];
        var units = new double[inputs.size()];
        for (int n = 0; n < sums.length; n++) {
            double factor = TestVectors.int8Factor(inputs.get(n));
            units[n] = scale / factor;
            int[] codes = codes(inputs.get(n), factor);
            for (int row = 0; row < rows; row++) {
                sums[n][row] = dot(trits[row], codes);
            }
        }
        return new WholeSums(sums, units);
    }

    private static int[][] trits(Weight weight) {
        var trits = new int[weight.shape().rows()][weight.shape().cols()];
        for (int row = 0; row < trits.length; row++) {
            for (int col = 0; col < trits[row].length; col++) {
                trits[row][col] = ReferenceCodec.code(weight, row, col) - 1;
            }
        }
        return trits;
    }

    private static int[] codes(float[] input, double factor) {
        var codes = new int[input.length];
        for (int i = 0; i < codes.length; i++) {
            codes[i] = (int) Math.rint(input[i] * factor);
        }
        return codes;
    }

    private static long dot(int[] left, int[] right) {
        long sum = 0;
        for (int i = 0; i < left.length; i++) {
            sum += (long) left[i] * right[i];
        }
        return sum;
    }
}
