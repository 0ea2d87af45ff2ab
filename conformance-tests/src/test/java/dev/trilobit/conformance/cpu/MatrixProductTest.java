package dev.trilobit.conformance.cpu;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.trilobit.api.backend.Backend;
import dev.trilobit.api.backend.BackendRequest;
import dev.trilobit.api.backend.MatrixProduct;
import dev.trilobit.api.program.ActivationQuant;
import dev.trilobit.api.quant.Affine;
import dev.trilobit.api.quant.Binary;
import dev.trilobit.api.quant.BlockType;
import dev.trilobit.api.quant.Blocks;
import dev.trilobit.api.quant.Dense;
import dev.trilobit.api.quant.FloatType;
import dev.trilobit.api.quant.MatrixShape;
import dev.trilobit.api.quant.Quantizer;
import dev.trilobit.api.quant.ReferenceCodec;
import dev.trilobit.api.quant.Weight;
import dev.trilobit.api.quant.WeightFormat;
import dev.trilobit.api.quant.WeightWriter;
import dev.trilobit.conformance.contract.Subject;
import dev.trilobit.conformance.fixture.Formats;
import dev.trilobit.conformance.fixture.RandomWeights;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Quantized matrices times activations on the CPU backend: what MLX and double arithmetic say. */
class MatrixProductTest {
    private static final BackendRequest CPU = BackendRequest.of("cpu-vector");
    private static final MatrixProduct FLOAT = new MatrixProduct(ActivationQuant.NONE);

    /** Half the distance of 1 to the next f32. */
    private static final double UNIT = 0x1p-24;

    static List<MlxProducts.Case> mlx() {
        return MlxProducts.committed();
    }

    static List<WeightFormat> formats() {
        return Formats.all();
    }

    @ParameterizedTest
    @MethodSource("mlx")
    void productsAreThoseOfMlxWithinTheRoundingOfSums(MlxProducts.Case golden) {
        assertProductsOfMlx(golden);
    }

    @Test
    void allRecordedProductsAreThoseOfMlxWithinTheRoundingOfSums() throws IOException {
        String shared = System.getProperty("trilobit.shared", "");
        assumeTrue(!shared.isEmpty(), "property trilobit.shared is not set");
        List<MlxProducts.Case> cases = MlxProducts.folder(Path.of(shared, "data/goldens/mlx"));
        // Seven widths, three sizes of groups, one and five rows.
        assertEquals(42, cases.size());
        cases.forEach(MatrixProductTest::assertProductsOfMlx);
    }

    private static void assertProductsOfMlx(MlxProducts.Case golden) {
        try (Arena arena = Arena.ofConfined()) {
            Weight y = FLOAT.multiply(CPU, golden.activations(), golden.weight(), arena);
            for (int n = 0; n < y.shape().rows(); n++) {
                for (int row = 0; row < y.shape().cols(); row++) {
                    double bound = bound(golden.activations(), golden.weight(), n, row);
                    // Both round.
                    assertEquals(
                            ReferenceCodec.decode(golden.products(), n, row),
                            ReferenceCodec.decode(y, n, row),
                            2 * bound,
                            "%s: (%d, %d)".formatted(golden, n, row));
                }
            }
            assertDoubleArithmetic(golden.activations(), golden.weight(), y);
        }
    }

    @ParameterizedTest
    @MethodSource("formats")
    void quantizedWeightsGiveTheProductsOfWhatTheyDecodeTo(WeightFormat format) {
        var random = new RandomWeights(9);
        var dense = new Dense(FloatType.F32);
        int cols = Formats.fit(format, 200);
        try (Arena arena = Arena.ofShared()) {
            Weight masters = random.matrix("w", new MatrixShape(36, cols), dense, 0.1);
            Weight activations = random.matrix("x", new MatrixShape(3, cols), dense, 1);
            Weight weight = Quantizer.quantize(masters, format, arena);
            Weight y = FLOAT.multiply(CPU, activations, weight, arena);
            assertEquals(new MatrixShape(3, 36), y.shape());
            assertDoubleArithmetic(activations, weight, y);
        }
    }

    @Test
    void roundedActivationsTimesTritsAreExactSums() {
        try (Arena arena = Arena.ofShared();
                Backend backend = Subject.named("cpu-vector").provider().open()) {
            var random = new RandomWeights(10);
            var shape = new MatrixShape(8, 96);
            Weight masters = random.matrix("w", shape, new Dense(FloatType.F32), 1);
            Weight weight = Quantizer.quantize(masters, Formats.TERNARY, arena);
            var writer =
                    new WeightWriter("w", new MatrixShape(2, 96), new Dense(FloatType.F16), arena);
            for (int i = 0; i < 96; i++) {
                writer.setValue(0, i, i == 0 ? 127 : i - 50);
                writer.setValue(1, i, i == 0 ? -127 : 50 - i);
            }
            var product = new MatrixProduct(ActivationQuant.INT8_PER_TOKEN);
            Weight y = product.multiply(backend, writer.weight(), weight, arena);
            double scale = FloatType.F32.get(weight.scales(), 0);
            for (int row = 0; row < 8; row++) {
                long sum = 0;
                for (int i = 0; i < 96; i++) {
                    sum += (i == 0 ? 127L : i - 50) * (ReferenceCodec.code(weight, row, i) - 1);
                }
                double expected = (float) (sum * scale);
                // Scale times sum is rounded once, or the factors are rounded before.
                assertEquals(
                        expected, ReferenceCodec.decode(y, 0, row), 4 * UNIT * Math.abs(expected));
                assertEquals(-ReferenceCodec.decode(y, 0, row), ReferenceCodec.decode(y, 1, row));
            }
        }
    }

    @Test
    void moreRowsThanAStepHoldsAreAllMultiplied() {
        try (Arena arena = Arena.ofShared()) {
            var random = new RandomWeights(11);
            var dense = new Dense(FloatType.BF16);
            Weight weight = random.matrix("w", new MatrixShape(5, 16), dense, 1);
            Weight activations = random.matrix("x", new MatrixShape(300, 16), dense, 1);
            Weight y = FLOAT.multiply(CPU, activations, weight, arena);
            assertDoubleArithmetic(activations, weight, y);
        }
    }

    /** The worst group that MLX's rule knows: below zero throughout. */
    @Test
    void groupsBelowZeroAreMultipliedRightInEveryWidth() {
        try (Arena arena = Arena.ofShared()) {
            var negative =
                    new WeightWriter("w", new MatrixShape(4, 64), new Dense(FloatType.F32), arena);
            for (int i = 0; i < 4 * 64; i++) {
                negative.setValue(i / 64, i % 64, -1 - i / 100f);
            }
            Weight activations =
                    new RandomWeights(12)
                            .matrix("x", new MatrixShape(2, 64), new Dense(FloatType.F32), 1);
            for (int bits : new int[] {1, 2, 3, 4, 5, 6, 8}) {
                WeightFormat format =
                        bits == 1
                                ? new Binary(32, Binary.Mode.AFFINE, FloatType.F16)
                                : new Affine(bits, 32, FloatType.F16);
                Weight weight = Quantizer.quantize(negative.weight(), format, arena);
                Weight y = FLOAT.multiply(CPU, activations, weight, arena);
                assertDoubleArithmetic(activations, weight, y);
            }
        }
    }

    /** As the README shows it. */
    @Test
    void aHeadIsQuantizedReadBackAndMultiplied() {
        try (Arena arena = Arena.ofShared()) {
            var random = new RandomWeights(15);
            var shape = new MatrixShape(40, 96);
            Weight masters = random.matrix("head", shape, new Dense(FloatType.BF16), 0.1);
            Weight states = random.matrix("x", new MatrixShape(2, 96), new Dense(FloatType.F32), 1);
            Weight head = Quantizer.quantize(masters, new Blocks(BlockType.Q8_0), arena);
            Weight back = Quantizer.dequantize(head, FloatType.F32, arena);
            Weight logits = FLOAT.multiply(BackendRequest.auto(), states, head, arena);
            assertDoubleArithmetic(states, back, logits);
        }
    }

    @Test
    void matricesThatDoNotFitAreRefused() {
        var random = new RandomWeights(13);
        Weight x = random.matrix("x", new MatrixShape(2, 64), new Dense(FloatType.F32), 1);
        Weight w = random.matrix("w", new MatrixShape(3, 65), Formats.TERNARY, 1);
        assertEquals(
                "activations x [2, 64] and weight w [3, 65] must have as many columns",
                refusal(x, w));
        assertEquals("w: activations must be dense, got ternary", refusal(w, w));
    }

    private static String refusal(Weight activations, Weight weight) {
        return String.valueOf(
                assertThrows(
                                IllegalArgumentException.class,
                                () -> FLOAT.multiply(CPU, activations, weight, Arena.ofAuto()))
                        .getMessage());
    }

    @Test
    void aBackendThatIsNotThereIsNamed() {
        var random = new RandomWeights(14);
        Weight x = random.matrix("x", new MatrixShape(2, 64), new Dense(FloatType.F32), 1);
        var request = BackendRequest.of("abacus");
        var e =
                assertThrows(
                        IllegalArgumentException.class,
                        () -> FLOAT.multiply(request, x, x, Arena.ofAuto()));
        assertTrue(String.valueOf(e.getMessage()).contains("abacus"));
    }

    private static void assertDoubleArithmetic(Weight activations, Weight weight, Weight products) {
        for (int n = 0; n < products.shape().rows(); n++) {
            double[] x = ReferenceCodec.decodeRow(activations, n);
            for (int row = 0; row < products.shape().cols(); row++) {
                double[] w = ReferenceCodec.decodeRow(weight, row);
                double sum = 0;
                for (int c = 0; c < x.length; c++) {
                    sum += x[c] * w[c];
                }
                assertEquals(
                        sum,
                        ReferenceCodec.decode(products, n, row),
                        bound(activations, weight, n, row),
                        "%s: (%d, %d)".formatted(weight.format().label(), n, row));
            }
        }
    }

    /**
     * A sum of n products in f32 is off by at most about n * 2^-24 times the sum of the terms'
     * magnitudes (Higham, Accuracy and Stability, 4.2); of a weight with a bias the terms are scale
     * * (q - c) * x and (bias + scale * c) * x apart, c in the middle of the codes, and none of
     * them is larger than twice the largest weight of its row or scale * c.
     */
    private static double bound(Weight activations, Weight weight, int n, int row) {
        double[] x = ReferenceCodec.decodeRow(activations, n);
        double largest = middle(weight, row);
        for (double w : ReferenceCodec.decodeRow(weight, row)) {
            largest = Math.max(largest, Math.abs(w));
        }
        double sum = 0;
        for (double element : x) {
            sum += Math.abs(element) * 4 * largest;
        }
        return (x.length + 8) * UNIT * sum + (x.length + 8) * (double) Float.MIN_NORMAL;
    }

    /** Largest scale of a row times the code in the middle; 0 if no bias could give that back. */
    private static double middle(Weight weight, int row) {
        return switch (weight.format()) {
            case Binary(int size, Binary.Mode mode, FloatType type)
                    when mode == Binary.Mode.AFFINE ->
                    0.5 * largestScale(weight, row, size, type);
            case Affine(int bits, int size, FloatType type) ->
                    (1 << (bits - 1)) * largestScale(weight, row, size, type);
            default -> 0;
        };
    }

    private static double largestScale(Weight weight, int row, int groupSize, FloatType type) {
        int groups = Math.ceilDiv(weight.shape().cols(), groupSize);
        double largest = 0;
        for (int g = 0; g < groups; g++) {
            double scale = type.get(weight.scales(), (long) row * groups + g);
            largest = Math.max(largest, Math.abs(scale));
        }
        return largest;
    }
}
