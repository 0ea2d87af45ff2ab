package dev.trilobit.api.quant;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * What MLX packed, decoded as MLX decodes it: the product is rounded to the file's element type,
 * then the sum.
 */
class MlxGoldenTest {
    private static final int RECORDED_CASES = 63;

    /** The smallest number that rounds to infinity. */
    private static final double F16_OVERFLOW = 65520;

    static List<MlxGoldens.Case> committed() {
        return MlxGoldens.committed();
    }

    @Test
    void everyWidthIsAmongTheCommittedCases() {
        assertEquals(7 * FloatType.values().length, committed().size());
    }

    @ParameterizedTest
    @MethodSource("committed")
    void codesAndScalesGiveTheNumbersOfMlx(MlxGoldens.Case golden) {
        assertDecodesAsMlx(golden);
    }

    @ParameterizedTest
    @MethodSource("committed")
    void decodingLiesWithinTheRoundingOfMlx(MlxGoldens.Case golden) {
        assertWithinTwoRoundings(golden);
    }

    @Test
    void allRecordedCasesGiveTheNumbersOfMlx() {
        String shared = System.getProperty("trilobit.shared", "");
        assumeTrue(!shared.isEmpty(), "property trilobit.shared is not set");

        List<MlxGoldens.Case> cases = MlxGoldens.folder(Path.of(shared, "data/goldens/mlx"));

        assertEquals(RECORDED_CASES, cases.size());
        List<Consumer<MlxGoldens.Case>> checks =
                List.of(MlxGoldenTest::assertDecodesAsMlx, MlxGoldenTest::assertWithinTwoRoundings);
        for (MlxGoldens.Case golden : cases) {
            checks.forEach(check -> check.accept(golden));
        }
    }

    private static void assertDecodesAsMlx(MlxGoldens.Case golden) {
        Weight weight = golden.weight();
        int cols = weight.shape().cols();
        int group = group(weight.format());
        for (int row = 0; row < weight.shape().rows(); row++) {
            for (int col = 0; col < cols; col++) {
                long i = ReferenceCodec.groupIndex(weight.shape(), row, col / group, group);
                float scale = golden.type().get(weight.scales(), i);
                float bias = golden.type().get(weight.biases(), i);
                // A float holds every product of 11 by 8 bits, and rounds every sum of two numbers
                // of up to 11 bits innocuously (24 bits are at least 2 * 11 + 2).
                float product = round(golden.type(), scale * ReferenceCodec.code(weight, row, col));
                float sum = round(golden.type(), product + bias);
                assertEquals(
                        golden.decoded().get(row * cols + col),
                        sum,
                        "%s (%d, %d)".formatted(golden, row, col));
            }
        }
    }

    /** MLX rounds product and sum, each by half a step of its type; the codec does not. */
    private static void assertWithinTwoRoundings(MlxGoldens.Case golden) {
        Weight weight = golden.weight();
        int cols = weight.shape().cols();
        int group = group(weight.format());
        for (int row = 0; row < weight.shape().rows(); row++) {
            double[] decoded = ReferenceCodec.decodeRow(weight, row);
            for (int col = 0; col < cols; col++) {
                float expected = golden.decoded().get(row * cols + col);
                long i = ReferenceCodec.groupIndex(weight.shape(), row, col / group, group);
                double product =
                        (double) golden.type().get(weight.scales(), i)
                                * ReferenceCodec.code(weight, row, col);
                if (!Float.isFinite(expected)) {
                    // The product left the range of f16, though the sum is within it.
                    assertTrue(
                            Math.abs(product) >= F16_OVERFLOW,
                            "%s (%d, %d)".formatted(golden, row, col));
                    continue;
                }
                double bound = (step(golden.type(), product) + step(golden.type(), expected)) / 2;
                assertEquals(
                        expected, decoded[col], bound, "%s (%d, %d)".formatted(golden, row, col));
            }
        }
    }

    private static int group(WeightFormat format) {
        return switch (format) {
            case Binary binary -> binary.groupSize();
            case Affine affine -> affine.groupSize();
            case Dense _, Ternary _, Blocks _ -> throw new IllegalArgumentException(format.label());
        };
    }

    private static float round(FloatType type, float value) {
        MemorySegment one = MemorySegment.ofArray(new byte[type.byteSize()]);
        type.set(one, 0, value);
        return type.get(one, 0);
    }

    /** The distance of neighbours of {@code type} just above {@code value} in magnitude. */
    private static double step(FloatType type, double value) {
        int mantissa =
                switch (type) {
                    case F32 -> 23;
                    case F16 -> 10;
                    case BF16 -> 7;
                };
        int smallest = type == FloatType.F16 ? -14 : -126;
        int exponent = Math.max(Math.getExponent(value), smallest);
        return Math.scalb(1.0, exponent - mantissa);
    }
}
