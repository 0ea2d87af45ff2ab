package dev.trilobit.backend.cpu;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.trilobit.api.program.ActivationQuant;
import dev.trilobit.api.quant.Affine;
import dev.trilobit.api.quant.Binary;
import dev.trilobit.api.quant.FloatType;
import dev.trilobit.api.quant.MatrixShape;
import dev.trilobit.api.quant.ReferenceCodec;
import dev.trilobit.api.quant.ScaleGranularity;
import dev.trilobit.api.quant.Ternary;
import dev.trilobit.api.quant.TernaryPacking;
import dev.trilobit.api.quant.Weight;
import dev.trilobit.api.quant.WeightFormat;
import dev.trilobit.api.quant.WeightWriter;
import java.lang.foreign.Arena;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Every result has the bits of the arithmetic that {@link RunScaling} states. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class RunKernelTest implements AtEachWidth {
    private final Random random = new Random(2718);
    private Arena arena = Arena.ofShared();

    static Stream<WeightFormat> formats() {
        return Stream.of(
                new Binary(128, Binary.Mode.SYMMETRIC, FloatType.F16),
                new Binary(64, Binary.Mode.SYMMETRIC, FloatType.F32),
                new Binary(32, Binary.Mode.SYMMETRIC, FloatType.BF16),
                new Binary(20, Binary.Mode.SYMMETRIC, FloatType.F16),
                new Binary(256, Binary.Mode.SYMMETRIC, FloatType.F16),
                new Binary(128, Binary.Mode.AFFINE, FloatType.F16),
                new Binary(7, Binary.Mode.AFFINE, FloatType.F32),
                ternary(TernaryPacking.CONSECUTIVE, 128, FloatType.F16),
                ternary(TernaryPacking.CONSECUTIVE, 256, FloatType.BF16),
                ternary(TernaryPacking.ROW_QUARTERS, 32, FloatType.F32),
                new Affine(2, 128, FloatType.F16),
                new Affine(2, 64, FloatType.BF16),
                new Affine(2, 11, FloatType.F32));
    }

    private static WeightFormat ternary(TernaryPacking packing, int size, FloatType type) {
        return new Ternary(packing, new ScaleGranularity.PerGroup(size, type));
    }

    @AfterEach
    void closeArena() {
        arena.close();
        arena = Arena.ofShared();
    }

    @ParameterizedTest
    @MethodSource("formats")
    void resultsHaveTheBitsOfTheRuleAtEveryExtent(WeightFormat format) {
        for (int cols : new int[] {1, 15, 16, 17, 31, 33, 101, 127, 128, 129, 320, 641, 2560}) {
            check(format, 4 * (1 + cols % 3), cols, 1 + cols % 8);
        }
        int block = RunWords.BLOCK_ROWS;
        for (int rows : new int[] {4, block - 4, block, block + 4, 5 * block + 4}) {
            for (int tokens = 1; tokens <= ActivationTile.MAX_TOKENS; tokens++) {
                check(format, rows, 270, tokens);
            }
        }
    }

    @ParameterizedTest
    @MethodSource("formats")
    void theLargestSumsAreExact(WeightFormat format) {
        int cols = 2 * 256;
        for (int code : new int[] {0, 1, 2, 3}) {
            Weight weight = Weights.filled(format, 8, cols, code, arena);
            for (int pattern = 0; pattern < 3; pattern++) {
                float[] x = new float[cols];
                for (int i = 0; i < cols; i++) {
                    x[i] = pattern == 1 || (pattern == 2 && i % 2 == 1) ? -127 : 127;
                }
                compare(weight, ActivationQuant.INT8_PER_GROUP, x, 1);
                compare(weight, ActivationQuant.INT8_PER_TOKEN, x, 1);
            }
        }
    }

    @ParameterizedTest
    @MethodSource("formats")
    void runsOfZerosAndOfTheSmallestNumbersAreFinite(WeightFormat format) {
        Weight weight = Weights.random(format, 8, 300, random, arena);
        for (float value : new float[] {0, Float.MIN_VALUE, 0x1p-101f, 1e30f}) {
            float[] x = new float[300];
            Arrays.fill(x, value);
            compare(weight, ActivationQuant.INT8_PER_GROUP, x, 1);
        }
    }

    @ParameterizedTest
    @MethodSource("formats")
    void anActivationThatIsNotFiniteGivesNoFiniteResult(WeightFormat format) {
        Weight weight = Weights.random(format, 8, 300, random, arena);
        var matrix = RunMatrix.pack(weight, ActivationQuant.INT8_PER_GROUP, arena);
        for (float value : new float[] {Float.NaN, Float.NEGATIVE_INFINITY}) {
            float[] x = floats(300);
            x[177] = value;
            float[] y = multiply(matrix, x, 1);
            for (float result : y) {
                assertFalse(Float.isFinite(result), "finite: " + result);
            }
        }
    }

    @ParameterizedTest
    @MethodSource("formats")
    void aTileForgetsItsFormerTokens(WeightFormat format) {
        Weight weight = Weights.random(format, 8, 300, random, arena);
        var matrix = RunMatrix.pack(weight, ActivationQuant.INT8_PER_GROUP, arena);
        ActivationTile tile = matrix.tileLayout().newTile();
        float[] x = floats(8 * 300);
        tile.load(floats(8 * 300), 0, 300, 8);
        for (int tokens : new int[] {3, 1, 2, 6, 7}) {
            tile.load(x, 0, 300, tokens);
            float[] y = new float[tokens * 8];
            matrix.multiply(tile, 0, 1, y, 0, 8);
            assertArrayEquals(multiply(matrix, Arrays.copyOf(x, tokens * 300), tokens), y);
        }
    }

    @ParameterizedTest
    @MethodSource("formats")
    void resultsAreTheSameInEveryBlockRangeAndCompiledAsInterpreted(WeightFormat format) {
        int rows = 5 * RunWords.BLOCK_ROWS + 4;
        Weight weight = Weights.random(format, rows, 300, random, arena);
        var matrix = RunMatrix.pack(weight, ActivationQuant.INT8_PER_GROUP, arena);
        float[] x = floats(5 * 300);
        for (int tokens : new int[] {1, 2, 5}) {
            float[] first = multiply(matrix, Arrays.copyOf(x, tokens * 300), tokens);
            ActivationTile tile = matrix.tileLayout().newTile();
            float[] y = new float[tokens * rows];
            for (int i = 0; i < 300; i++) {
                tile.load(x, 0, 300, tokens);
                for (int b = 4; b >= 0; b -= 2) {
                    matrix.multiply(tile, b, b + 2, y, 0, rows);
                }
                assertArrayEquals(first, y);
            }
        }
    }

    @Test
    void groupsWhoseSumsDoNotFitAreLeftToOtherKernels() {
        ActivationQuant quant = ActivationQuant.INT8_PER_GROUP;
        assertTrue(RunMatrix.takes(new Affine(2, 128, FloatType.F16), 512, quant));
        assertFalse(RunMatrix.takes(new Affine(2, 256, FloatType.F16), 512, quant));
        assertFalse(RunMatrix.takes(new Affine(4, 32, FloatType.F16), 512, quant));
        var wide = new Binary(512, Binary.Mode.SYMMETRIC, FloatType.F16);
        assertFalse(RunMatrix.takes(wide, 512, quant));
        assertTrue(RunMatrix.takes(wide, 200, quant));
        assertFalse(RunMatrix.takes(wide, 200, ActivationQuant.NONE));
    }

    @Test
    void aCodeOfThreeIsRefusedWithItsPlace() {
        var format = ternary(TernaryPacking.CONSECUTIVE, 16, FloatType.F16);
        Weight weight = new WeightWriter("w", new MatrixShape(2, 40), format, arena).weight();
        weight.codes().set(ValueLayout.JAVA_BYTE, 10 + 9, (byte) 0x0c);
        var e =
                assertThrows(
                        IllegalArgumentException.class,
                        () -> RunMatrix.pack(weight, ActivationQuant.INT8_PER_GROUP, arena));
        assertEquals(
                "w: code at row 1, column 37 of ternary-g16 [2, 40] must be 0, 1 or 2, got 3",
                e.getMessage());
    }

    private void check(WeightFormat format, int rows, int cols, int tokens) {
        Weight weight = Weights.random(format, rows, cols, random, arena);
        float[] x = floats(tokens * cols);
        compare(weight, ActivationQuant.INT8_PER_GROUP, x, tokens);
        compare(weight, ActivationQuant.INT8_PER_TOKEN, x, tokens);
    }

    private void compare(Weight weight, ActivationQuant quant, float[] x, int tokens) {
        float[] y = multiply(RunMatrix.pack(weight, quant, arena), x, tokens);
        int rows = weight.shape().rows();
        for (int t = 0; t < tokens; t++) {
            for (int r = 0; r < rows; r++) {
                float expected = scalar(weight, quant, x, t * weight.shape().cols(), r);
                assertEquals(
                        expected,
                        y[t * rows + r],
                        () -> "%s %s".formatted(weight.format(), weight.shape()));
            }
        }
    }

    private static float[] multiply(PackedMatrix matrix, float[] x, int tokens) {
        ActivationTile tile = matrix.tileLayout().newTile();
        tile.load(x, 0, x.length / tokens, tokens);
        int rows = matrix.rows();
        float[] y = new float[tokens * rows];
        matrix.multiply(tile, 0, Math.ceilDiv(rows, matrix.rowsPerBlock()), y, 0, rows);
        return y;
    }

    /** One row and token, one weight after the other. */
    private static float scalar(Weight weight, ActivationQuant quant, float[] x, int at, int row) {
        int cols = weight.shape().cols();
        int size = weight.format().runCols(cols);
        int run = quant == ActivationQuant.INT8_PER_TOKEN ? cols : size;
        float scaled = 0;
        float biased = 0;
        for (int from = 0; from < cols; from += size) {
            int first = from / run * run;
            float largest = quant == ActivationQuant.INT8_PER_TOKEN ? 1e-5f : 0x1p-100f;
            for (int i = first; i < Math.min(first + run, cols); i++) {
                largest = Math.max(largest, Math.abs(x[at + i]));
            }
            float s = 127f / largest;
            float factor = quant == ActivationQuant.INT8_PER_TOKEN ? 1 / s : largest / 127f;
            int dot = 0;
            int sum = 0;
            for (int i = from; i < Math.min(from + size, cols); i++) {
                int q = (int) Math.rint(x[at + i] * s);
                dot += value(weight, row, i) * q;
                sum += q;
            }
            int group = row * Math.ceilDiv(cols, size) + from / size;
            scaled += dot * factor * state(weight, 1, group);
            if (weight.planes().size() > 2) {
                biased += factor * sum * state(weight, 2, group);
            }
        }
        return scaled + biased;
    }

    private static int value(Weight weight, int row, int col) {
        int code = ReferenceCodec.code(weight, row, col);
        return switch (weight.format()) {
            case Ternary _ -> code - 1;
            case Binary(int _, Binary.Mode mode, var _) when mode == Binary.Mode.SYMMETRIC ->
                    2 * code - 1;
            default -> code;
        };
    }

    private static float state(Weight weight, int plane, int index) {
        FloatType type =
                switch (weight.format()) {
                    case Ternary(var _, ScaleGranularity.PerGroup(int _, FloatType t)) -> t;
                    case Binary(int _, var _, FloatType t) -> t;
                    case Affine(int _, int _, FloatType t) -> t;
                    default -> throw new IllegalArgumentException(weight.format().label());
                };
        return type.get(weight.planes().get(plane), index);
    }

    private float[] floats(int length) {
        float[] x = new float[length];
        for (int i = 0; i < length; i++) {
            x[i] = (float) random.nextGaussian();
        }
        return x;
    }
}
