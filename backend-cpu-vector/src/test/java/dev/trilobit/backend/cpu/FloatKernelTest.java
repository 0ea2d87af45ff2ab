package dev.trilobit.backend.cpu;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.trilobit.api.program.ActivationQuant;
import dev.trilobit.api.quant.Weight;
import dev.trilobit.api.quant.WeightFormat;
import java.lang.foreign.Arena;
import java.util.Arrays;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What every kernel with f32 activations must do, for the formats a subclass names. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
abstract class FloatKernelTest implements AtEachWidth {
    private static final int GUARD = 3;
    private static final float GUARD_VALUE = -77.5f;

    private final Random random = new Random(31337);
    Arena arena = Arena.ofShared();

    /** Formats that one class of kernels computes. */
    abstract Stream<WeightFormat> formats();

    /** Repacks a weight for the kernels under test. */
    abstract PackedMatrix pack(Weight weight, ActivationQuant quant, Arena arena);

    @AfterEach
    void closeArena() {
        arena.close();
        arena = Arena.ofShared();
    }

    @ParameterizedTest
    @MethodSource("formats")
    void sumsStayWithinTheErrorBoundAtEveryExtent(WeightFormat format) {
        int block =
                pack(weight(format, 1, Weights.fit(format, 1)), ActivationQuant.NONE, arena)
                        .rowsPerBlock();
        for (int cols : new int[] {1, 2, 31, 32, 33, 101, 127, 128, 129, 320, 384}) {
            check(format, 1 + cols % 3, cols, 1 + cols % 8);
        }
        for (int rows : new int[] {1, block - 1, block, block + 1, 5 * block + 3}) {
            check(format, rows, 131, 1);
            check(format, rows, 131, 3);
        }
    }

    @ParameterizedTest
    @MethodSource("formats")
    void sumsStayWithinTheErrorBoundAtModelWidths(WeightFormat format) {
        check(format, 67, 640, 8);
        check(format, 33, 2560, 5);
        check(format, 5, 6912, 1);
    }

    @ParameterizedTest
    @MethodSource("formats")
    void extremeActivationsStayWithinTheErrorBound(WeightFormat format) {
        int cols = Weights.fit(format, 200);
        Weight weight = weight(format, 19, cols);
        var matrix = pack(weight, ActivationQuant.NONE, arena);
        for (float extreme : new float[] {0f, 0x1p110f, Float.MIN_VALUE, -0x1p-130f}) {
            float[] x = new float[cols];
            for (int i = 0; i < x.length; i++) {
                x[i] = i % 3 == 0 ? -extreme : extreme;
            }
            compare(weight, matrix, x, 1);
        }
    }

    @ParameterizedTest
    @MethodSource("formats")
    void extremeCodesStayWithinTheErrorBound(WeightFormat format) {
        int cols = Weights.fit(format, 300);
        for (int code : new int[] {0, 1, 2, 255}) {
            Weight weight = Weights.filled(format, 9, cols, code, arena);
            compare(weight, pack(weight, ActivationQuant.NONE, arena), floats(4 * cols), 4);
        }
    }

    @ParameterizedTest
    @MethodSource("formats")
    void resultsAreTheSameInEveryTileAndBlockRange(WeightFormat format) {
        int cols = Weights.fit(format, 419);
        int block =
                pack(weight(format, 1, Weights.fit(format, 1)), ActivationQuant.NONE, arena)
                        .rowsPerBlock();
        int rows = 6 * block + 5;
        var matrix = pack(weight(format, rows, cols), ActivationQuant.NONE, arena);
        float[] x = floats(8 * cols);
        float[] all = new float[8 * rows];
        matrix.multiply(tile(matrix, x, cols, 8), 0, 7, all, 0, rows);
        for (int tokens = 1; tokens < 8; tokens++) {
            ActivationTile tile = tile(matrix, x, cols, tokens);
            float[] y = new float[tokens * rows];
            for (int b = 6; b >= 0; b -= 2) {
                matrix.multiply(tile, Math.max(b - 1, 0), b + 1, y, 0, rows);
            }
            assertArrayEquals(Arrays.copyOf(all, tokens * rows), y);
        }
    }

    @ParameterizedTest
    @MethodSource("formats")
    void aTileForgetsItsFormerTokens(WeightFormat format) {
        int cols = Weights.fit(format, 77);
        var matrix = pack(weight(format, 3, cols), ActivationQuant.NONE, arena);
        float[] x = floats(8 * cols);
        float[] fresh = new float[6];
        matrix.multiply(tile(matrix, x, cols, 2), 0, 1, fresh, 0, 3);
        float[] former = new float[8 * cols];
        Arrays.fill(former, Float.NaN);
        ActivationTile tile = tile(matrix, former, cols, 8);
        tile.load(x, 0, cols, 2);
        float[] y = new float[6];
        matrix.multiply(tile, 0, 1, y, 0, 3);
        assertArrayEquals(fresh, y);
    }

    @ParameterizedTest
    @MethodSource("formats")
    void onlyTheRowsAskedForAreWritten(WeightFormat format) {
        int block =
                pack(weight(format, 1, Weights.fit(format, 1)), ActivationQuant.NONE, arena)
                        .rowsPerBlock();
        int rows = 2 * block + 1;
        int cols = Weights.fit(format, 50);
        var matrix = pack(weight(format, rows, cols), ActivationQuant.NONE, arena);
        for (int tokens : new int[] {1, 3}) {
            int stride = rows + GUARD;
            float[] y = new float[GUARD + tokens * stride];
            Arrays.fill(y, GUARD_VALUE);
            ActivationTile tile = tile(matrix, floats(tokens * cols), cols, tokens);
            matrix.multiply(tile, 1, 3, y, GUARD, stride);
            for (int i = 0; i < y.length; i++) {
                int row = i < GUARD ? -1 : (i - GUARD) % stride;
                boolean outside = row < block || row >= rows;
                assertEquals(outside, y[i] == GUARD_VALUE, "element " + i);
            }
        }
    }

    @ParameterizedTest
    @MethodSource("formats")
    void roundedActivationsStandForTheirCodesDividedByTheFactor(WeightFormat format) {
        int cols = Weights.fit(format, 90);
        Weight weight = weight(format, 7, cols);
        var matrix = pack(weight, ActivationQuant.INT8_PER_TOKEN, arena);
        float[] x = floats(cols);
        float s = Int8Rounding.scale(x, 0, cols);
        float[] y = new float[7];
        matrix.multiply(tile(matrix, x, cols, 1), 0, 1, y, 0, 7);
        float[] rounded = new float[cols];
        for (int i = 0; i < cols; i++) {
            rounded[i] = (float) Math.rint(x[i] * s) / s;
        }
        Oracle oracle = Oracle.of(weight, rounded, 0);
        for (int r = 0; r < 7; r++) {
            assertEquals(oracle.value(r), y[r], oracle.bound(r));
        }
    }

    @ParameterizedTest
    @MethodSource("formats")
    void compiledLoopsGiveTheSameResultsAsInterpretedOnes(WeightFormat format) {
        int rows = 70;
        int cols = Weights.fit(format, 288);
        var matrix = pack(weight(format, rows, cols), ActivationQuant.NONE, arena);
        int blocks = Math.ceilDiv(rows, matrix.rowsPerBlock());
        float[] x = floats(5 * cols);
        for (int tokens : new int[] {1, 5}) {
            float[] first = new float[tokens * rows];
            matrix.multiply(tile(matrix, x, cols, tokens), 0, blocks, first, 0, rows);
            float[] y = new float[tokens * rows];
            ActivationTile tile = tile(matrix, x, cols, tokens);
            for (int i = 0; i < 1500; i++) {
                tile.load(x, 0, cols, tokens);
                matrix.multiply(tile, 0, blocks, y, 0, rows);
                assertArrayEquals(first, y);
            }
        }
    }

    private void check(WeightFormat format, int rows, int minimum, int tokens) {
        int cols = Weights.fit(format, minimum);
        Weight weight = weight(format, rows, cols);
        compare(weight, pack(weight, ActivationQuant.NONE, arena), floats(tokens * cols), tokens);
    }

    private static void compare(Weight weight, PackedMatrix matrix, float[] x, int tokens) {
        int rows = weight.shape().rows();
        int cols = weight.shape().cols();
        float[] y = new float[tokens * rows];
        int blocks = Math.ceilDiv(rows, matrix.rowsPerBlock());
        matrix.multiply(tile(matrix, x, cols, tokens), 0, blocks, y, 0, rows);
        for (int t = 0; t < tokens; t++) {
            Oracle oracle = Oracle.of(weight, x, t * cols);
            for (int r = 0; r < rows; r++) {
                double error = Math.abs(y[t * rows + r] - oracle.value(r));
                String where =
                        "%s %s row %d token %d: expected %s, got %s"
                                .formatted(
                                        weight.format(),
                                        weight.shape(),
                                        r,
                                        t,
                                        oracle.value(r),
                                        y[t * rows + r]);
                assertTrue(error <= oracle.bound(r), where);
            }
        }
    }

    private Weight weight(WeightFormat format, int rows, int cols) {
        return Weights.random(format, rows, cols, random, arena);
    }

    private float[] floats(int length) {
        float[] x = new float[length];
        for (int i = 0; i < length; i++) {
            x[i] = (float) random.nextGaussian();
        }
        return x;
    }

    private static ActivationTile tile(PackedMatrix matrix, float[] x, int cols, int tokens) {
        ActivationTile tile = matrix.tileLayout().newTile();
        tile.load(x, 0, cols, tokens);
        return tile;
    }
}
