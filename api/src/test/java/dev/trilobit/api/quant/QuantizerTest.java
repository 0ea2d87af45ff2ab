package dev.trilobit.api.quant;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.Arena;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

class QuantizerTest {
    private static final Ternary TERNARY =
            new Ternary(TernaryPacking.CONSECUTIVE, new ScaleGranularity.PerTensor());

    static Stream<WeightFormat> formats() {
        return RowDecoderTest.formats();
    }

    private static Weight dense(FloatType type, int rows, int cols, float... values) {
        var writer =
                new WeightWriter(
                        "masters", new MatrixShape(rows, cols), new Dense(type), Arena.ofAuto());
        for (int i = 0; i < values.length; i++) {
            writer.setValue(i / cols, i % cols, values[i]);
        }
        return writer.weight();
    }

    private static Weight random(FloatType type, int rows, int cols, double magnitude) {
        var random = new Random(rows * 1000L + cols);
        float[] values = new float[rows * cols];
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) (magnitude * random.nextGaussian());
        }
        return dense(type, rows, cols, values);
    }

    private static Weight quantize(Weight source, WeightFormat format) {
        return Quantizer.quantize(source, format, Arena.ofAuto());
    }

    private static int fit(WeightFormat format, int cols) {
        return format instanceof Blocks(BlockType type)
                ? Math.ceilDiv(cols, type.blockWeights()) * type.blockWeights()
                : cols;
    }

    @Test
    void ternaryTiesGoToZeroAndLargeWeightsAreCut() {
        // Mean magnitude 1: the scale is 1 and the weights are rounded as they are.
        float above = Math.nextUp(0.5f);
        float rest = 8 - 0.5f - 0.5f - above - above - 1 - 2;
        Weight source = dense(FloatType.F32, 2, 4, 0.5f, -0.5f, above, -above, 1, -2, rest, 0);
        Weight weight = quantize(source, TERNARY);
        assertEquals(1, FloatType.F32.get(weight.scales(), 0));
        assertEquals(List.of(1, 1, 2, 0, 2, 0, 2, 1), codes(weight));
    }

    @ParameterizedTest
    @CsvSource({"F32, 1, 1", "F32, 3, 5", "F16, 7, 13", "BF16, 5, 4", "BF16, 31, 257"})
    void ternaryWeightsFollowTheFormulaOfBitNet(FloatType type, int rows, int cols) {
        Weight source = random(type, rows, cols, 0.02);
        double sum = 0;
        for (int i = 0; i < rows * cols; i++) {
            sum += Math.abs(ReferenceCodec.decode(source, i / cols, i % cols));
        }
        float scale = 1 / Math.max((float) (sum / (rows * cols)), 1e-5f);
        Weight weight = quantize(source, TERNARY);
        assertEquals(1 / scale, FloatType.F32.get(weight.scales(), 0));
        for (int i = 0; i < rows * cols; i++) {
            float w = (float) ReferenceCodec.decode(source, i / cols, i % cols);
            int t = (int) Math.clamp(Math.rint(w * scale), -1, 1);
            assertEquals(t + 1, ReferenceCodec.code(weight, i / cols, i % cols));
        }
    }

    @ParameterizedTest
    @EnumSource
    void ternaryGroupsHaveScalesOfTheirOwn(TernaryRule rule) {
        var format =
                new Ternary(
                        TernaryPacking.CONSECUTIVE,
                        new ScaleGranularity.PerGroup(2, FloatType.F32));
        Weight source = dense(FloatType.F32, 1, 5, 1, -3, 0.25f, 0.5f, -8);
        var options = QuantizeOptions.DEFAULT.withTernaryRule(rule);
        Weight weight = Quantizer.quantize(source, format, options, Arena.ofAuto());
        assertArrayEquals(
                switch (rule) {
                    // A third of the largest rounds to 0, a half up.
                    case ABSMAX -> new double[] {0, -3, 0.5, 0.5, -8};
                    // 1 / 2 is a tie.
                    case ABSMEAN -> new double[] {0, -2, 0.375, 0.375, -8};
                },
                ReferenceCodec.decodeRow(weight, 0),
                1e-7);
    }

    /** What lies in a row quarter is another thread's byte in other packings. */
    @Test
    void rowQuartersHoldTheSameCodes() {
        Weight source = random(FloatType.F32, 64, 67, 1);
        var quarters = new Ternary(TernaryPacking.ROW_QUARTERS, new ScaleGranularity.PerTensor());
        assertEquals(codes(quantize(source, TERNARY)), codes(quantize(source, quarters)));
    }

    @Test
    void theSignOfZeroIsPositive() {
        var format = new Binary(4, Binary.Mode.SYMMETRIC, FloatType.F16);
        Weight weight = quantize(dense(FloatType.F32, 1, 6, 1, -2, 0, -1, 3, -5), format);
        assertArrayEquals(new double[] {1, -1, 1, -1, 4, -4}, ReferenceCodec.decodeRow(weight, 0));
    }

    @ParameterizedTest
    @MethodSource("formats")
    void zerosStayZero(WeightFormat format) {
        int cols = fit(format, 100);
        Weight weight = quantize(dense(FloatType.F32, 4, cols, new float[0]), format);
        for (double value : ReferenceCodec.decodeRow(weight, 3)) {
            assertEquals(0, value + 0);
        }
    }

    /** The largest error of a rule in units of the largest weight: the coarsest are signs. */
    @ParameterizedTest
    @MethodSource("formats")
    void everyGroupIsAsNearAsItsBitsAllow(WeightFormat format) {
        int cols = fit(format, 100);
        Weight source = random(FloatType.F32, 8, cols, 1);
        Weight weight = quantize(source, format);
        double error = 0;
        double size = 0;
        for (int row = 0; row < 8; row++) {
            for (int col = 0; col < cols; col++) {
                double w = ReferenceCodec.decode(source, row, col);
                double difference = ReferenceCodec.decode(weight, row, col) - w;
                error += difference * difference;
                size += w * w;
            }
        }
        // Of normal numbers: mean signs keep 2 / pi of the square, ternary ones with the mean
        // magnitude 0.81; n bits of a range of about 4 to 5 deviations 25 / 12 / 4^n.
        double bound =
                switch (format) {
                    case Dense _ -> 1e-4;
                    case Binary(int _, Binary.Mode mode, FloatType _) ->
                            mode == Binary.Mode.SYMMETRIC ? 1 - 2 / Math.PI + 0.03 : 3;
                    case Ternary _ -> 0.3;
                    case Affine(int bits, int _, FloatType _) ->
                            25.0 / 12 / (1 << (2 * bits)) + 1e-4;
                    case Blocks(BlockType type) -> 25.0 / 12 / (1 << (2 * type.bits()));
                };
        assertTrue(error <= bound * size, () -> "off " + format);
    }

    @ParameterizedTest
    @MethodSource("formats")
    void oneThreadAndManyWriteTheSameBytes(WeightFormat format) {
        Weight source = random(FloatType.BF16, 64, fit(format, 300), 0.1);
        Weight many = quantize(source, format);
        try (Arena arena = Arena.ofConfined()) {
            Weight one = Quantizer.quantize(source, format, arena);
            for (int i = 0; i < one.planes().size(); i++) {
                assertEquals(-1, one.planes().get(i).mismatch(many.planes().get(i)));
            }
        }
    }

    @ParameterizedTest
    @MethodSource("formats")
    void dequantizedWeightsAreThoseOfTheCodec(WeightFormat format) {
        int cols = fit(format, 70);
        Weight weight = quantize(random(FloatType.F32, 4, cols, 0.3), format);
        Weight back = Quantizer.dequantize(weight, FloatType.F32, Arena.ofAuto());
        for (int row = 0; row < 4; row++) {
            for (int col = 0; col < cols; col++) {
                assertEquals(
                        (float) ReferenceCodec.decode(weight, row, col) + 0f,
                        (float) ReferenceCodec.decode(back, row, col) + 0f);
            }
        }
    }

    /** Rules that put a code on the ends of what they have seen find the same codes again. */
    @Test
    void whatIsTernaryAlreadyKeepsItsNumbers() {
        var format =
                new Ternary(
                        TernaryPacking.CONSECUTIVE,
                        new ScaleGranularity.PerGroup(3, FloatType.F16));
        Weight source = dense(FloatType.F32, 1, 7, 0.5f, 0, -0.5f, 0, 3, 3, -0.125f);
        var options = QuantizeOptions.DEFAULT.withTernaryRule(TernaryRule.ABSMAX);
        Weight weight = Quantizer.quantize(source, format, options, Arena.ofAuto());
        assertArrayEquals(ReferenceCodec.decodeRow(source, 0), ReferenceCodec.decodeRow(weight, 0));
    }

    @Test
    void progressRisesToAllRowsOnTheCallingThread() {
        var heard = new ArrayList<Integer>();
        var threads = new ArrayList<Thread>();
        var options =
                QuantizeOptions.DEFAULT.withProgress(
                        (done, rows) -> {
                            assertEquals(3000, rows);
                            heard.add(done);
                            threads.add(Thread.currentThread());
                        });
        Weight source = random(FloatType.BF16, 3000, 2000, 1);
        Quantizer.quantize(source, new Dense(FloatType.F16), options, Arena.ofAuto());
        assertTrue(heard.size() > 1);
        assertEquals(heard.stream().sorted().toList(), heard);
        assertEquals(3000, heard.getLast());
        assertEquals(List.of(Thread.currentThread()), threads.stream().distinct().toList());
    }

    @ParameterizedTest
    @MethodSource("formats")
    void aWeightThatIsNoNumberIsRefusedWithItsPlace(WeightFormat format) {
        int cols = fit(format, 40);
        float[] values = new float[4 * cols];
        values[2 * cols + 17] = Float.NaN;
        Weight source = dense(FloatType.F32, 4, cols, values);
        assertEquals(
                "masters: expected finite numbers, got NaN at row 2, column 17",
                refusal(source, format));
    }

    @Test
    void numbersOutOfTheRangeOfTheirTypeAreRefusedWithTheirPlace() {
        float[] large = new float[256];
        large[40] = 1e30f;
        large[41] = -1e30f;
        Weight source = dense(FloatType.F32, 1, 256, large);
        assertEquals(
                "masters: value of row 0, column 40 is 1.0E30, out of the range of f16",
                refusal(source, new Dense(FloatType.F16)));
        assertEquals(
                "masters: scale of row 0, group 1 is 6.25E28, out of the range of binary-g32",
                refusal(source, new Binary(32, Binary.Mode.SYMMETRIC, FloatType.F16)));
        for (BlockType type : BlockType.values()) {
            int block = 40 / type.blockWeights();
            assertTrue(
                    refusal(source, new Blocks(type))
                            .startsWith("masters: scale of row 0, block " + block + " is "));
        }
    }

    @Test
    void aShapeThatAFormatCannotHoldIsRefused() {
        Weight source = dense(FloatType.F32, 1, 40, new float[40]);
        var e =
                assertThrows(
                        IllegalArgumentException.class,
                        () -> quantize(source, new Blocks(BlockType.Q8_0)));
        assertEquals("matrix [1, 40]: columns of Q8_0 must be a multiple of 32", e.getMessage());
    }

    private static String refusal(Weight source, WeightFormat format) {
        var e = assertThrows(UnusableWeightException.class, () -> quantize(source, format));
        return String.valueOf(e.getMessage());
    }

    @Test
    void theResultHasTheNameAndTheSourceStaysAsItWas() {
        Weight source = random(FloatType.F32, 3, 64, 1);
        byte[] before = source.codes().toArray(ValueLayout.JAVA_BYTE);
        Weight weight = quantize(source, new Blocks(BlockType.Q4_0));
        assertEquals("masters", weight.name());
        assertArrayEquals(before, source.codes().toArray(ValueLayout.JAVA_BYTE));
    }

    private static List<Integer> codes(Weight weight) {
        var codes = new ArrayList<Integer>();
        for (int row = 0; row < weight.shape().rows(); row++) {
            for (int col = 0; col < weight.shape().cols(); col++) {
                codes.add(ReferenceCodec.code(weight, row, col));
            }
        }
        return codes;
    }
}
