package dev.trilobit.backend.cpu;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.trilobit.api.quant.MatrixShape;
import dev.trilobit.api.quant.ReferenceCodec;
import dev.trilobit.api.quant.ScaleGranularity;
import dev.trilobit.api.quant.Ternary;
import dev.trilobit.api.quant.TernaryPacking;
import dev.trilobit.api.quant.Weight;
import dev.trilobit.api.quant.WeightWriter;
import java.lang.foreign.Arena;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import java.util.Random;
import java.util.function.IntBinaryOperator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TernaryInt8KernelTest implements AtEachWidth {
    private static final int BLOCK = TernaryWords.BLOCK_ROWS;
    private static final int WORD = TernaryWords.WORD_COLS;
    private static final int GUARD = 3;
    private static final float GUARD_VALUE = -77.5f;
    private static final float SCALE = 0.037f;

    private final Arena arena = Arena.ofShared();
    private final Random random = new Random(20240229);

    @AfterEach
    void closeArena() {
        arena.close();
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 5, 9, 101, 320, 384, 640})
    void integerDotsAreExactForEveryRowCount(int cols) {
        for (int rows : new int[] {1, BLOCK - 1, BLOCK, BLOCK + 1, 5 * BLOCK + 7}) {
            checkExact(ternary(rows, cols, TernaryPacking.CONSECUTIVE), 1);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 31, 32})
    void integerDotsAreExactForEveryTokenCount(int tokens) {
        int chunk = TernaryWords.CHUNK_WORDS * WORD;
        for (int cols : new int[] {WORD - 1, WORD, WORD + 1, chunk - 1, chunk, chunk + 1, 640}) {
            checkExact(ternary(BLOCK + 3, Math.max(cols, 1), TernaryPacking.CONSECUTIVE), tokens);
        }
    }

    @Test
    void integerDotsAreExactForEveryNumberOfBlocks() {
        int cols = TernaryWords.CHUNK_WORDS * WORD + 5;
        int run = TernaryWords.RUN_BLOCKS;
        int span = TernaryInt8Matrix.SPAN_BLOCKS;
        for (int blocks : new int[] {run - 1, run, run + 1, span - 1, span, span + 1}) {
            for (int tokens : new int[] {1, 4, 9}) {
                checkExact(ternary(blocks * BLOCK - 2, cols, TernaryPacking.CONSECUTIVE), tokens);
            }
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {2560, 6912})
    void integerDotsAreExactAtModelWidths(int cols) {
        checkExact(ternary(BLOCK, cols, TernaryPacking.CONSECUTIVE), 5);
    }

    @Test
    void rowQuartersGiveTheSameResultsAsConsecutiveCodes() {
        for (int cols : new int[] {1, 7, 8, 9, 101}) {
            int rows = 4 * (BLOCK / 4 + 3);
            checkExact(ternary(rows, cols, TernaryPacking.ROW_QUARTERS), 2);
        }
    }

    @Test
    void extremeSumsDoNotOverflow() {
        for (int code : new int[] {0, 1, 2}) {
            Weight weight = weight(BLOCK + 1, 6912, TernaryPacking.CONSECUTIVE, (_, _) -> code);
            var matrix = TernaryInt8Matrix.pack(weight, arena);
            for (byte q : new byte[] {-128, 127, 0}) {
                byte[] tokens = new byte[9 * 6912];
                Arrays.fill(tokens, q);
                for (int count : new int[] {1, 4, 9}) {
                    var tile = new TernaryInt8Tile(6912);
                    tile.loadCodes(tokens, 1f, count);
                    float[] y = new float[count * (BLOCK + 1)];
                    matrix.multiply(tile, 0, 2, y, 0, BLOCK + 1);
                    for (float value : y) {
                        assertEquals((code - 1) * q * 6912 * SCALE, value);
                    }
                }
            }
        }
    }

    /** 258 * 127 + 1 is the largest short; one more must move to int32 before it is added. */
    @ParameterizedTest
    @ValueSource(ints = {1, 2, -127})
    void sumsAtTheEdgeOfAShortAreExact(int last) {
        int cols = 259;
        int sum = 258 * 127 + last;
        byte[] tokens = new byte[2 * cols];
        Arrays.fill(tokens, 0, cols - 1, (byte) 127);
        tokens[cols - 1] = (byte) last;
        for (int code : new int[] {0, 2}) {
            Weight weight = weight(1, cols, TernaryPacking.CONSECUTIVE, (_, _) -> code);
            var tile = new TernaryInt8Tile(cols);
            tile.loadCodes(tokens, 1f, 2);
            float[] y = new float[2];
            TernaryInt8Matrix.pack(weight, arena).multiply(tile, 0, 1, y, 0, 1);
            assertArrayEquals(new float[] {(code - 1) * sum * SCALE, 0}, y);
        }
    }

    @Test
    void roundingFollowsTheDefinition() {
        float[][] tokens = {
            {0f, 0f, 0f},
            {1e-5f, -1e-5f, 0f},
            {1e-7f, -3e-8f, Float.MIN_VALUE},
            {127f, 0.5f, 1.5f},
            {-127f, -0.5f, 2.5f},
            {0x1.8p127f, -0x1.8p127f, 1e30f},
            {1f, 0.3031496f, -0.9960f}
        };
        for (float[] x : tokens) {
            float s = Int8Rounding.scale(x, 0, x.length);
            float max = Math.max(Math.max(Math.abs(x[0]), Math.abs(x[1])), Math.abs(x[2]));
            assertEquals(127f / Math.max(max, 1e-5f), s);
            int[] q = new int[x.length];
            Int8Rounding.round(x, 0, x.length, s, q);
            for (int k = 0; k < x.length; k++) {
                assertEquals(rounded(x[k], s), q[k]);
            }
        }
    }

    @Test
    void aTokenThatIsNotFiniteGivesNoFiniteOutput() {
        var matrix = TernaryInt8Matrix.pack(ternary(3, 40, TernaryPacking.CONSECUTIVE), arena);
        for (float bad : new float[] {Float.NaN, Float.POSITIVE_INFINITY}) {
            float[] x = floats(40);
            x[17] = bad;
            float[] y = new float[3];
            matrix.multiply(tile(matrix, x, 1), 0, 1, y, 0, 3);
            for (float value : y) {
                assertTrue(!Float.isFinite(value), () -> bad + " gave " + value);
            }
        }
    }

    @Test
    void resultsAreTheSameInEveryTileAndBlockRange() {
        int rows = 6 * BLOCK + 5;
        var matrix = TernaryInt8Matrix.pack(ternary(rows, 333, TernaryPacking.CONSECUTIVE), arena);
        float[] x = floats(32 * 333);
        float[] all = new float[32 * rows];
        matrix.multiply(tile(matrix, x, 32), 0, 7, all, 0, rows);
        for (int tokens = 1; tokens < 32; tokens++) {
            ActivationTile tile = tile(matrix, x, tokens);
            float[] y = new float[tokens * rows];
            for (int b = 6; b >= 0; b -= 2) {
                matrix.multiply(tile, Math.max(b - 1, 0), b + 1, y, 0, rows);
            }
            assertArrayEquals(Arrays.copyOf(all, tokens * rows), y);
        }
    }

    @Test
    void partsLoadInAnyOrder() {
        var matrix = TernaryInt8Matrix.pack(ternary(9, 333, TernaryPacking.CONSECUTIVE), arena);
        float[] x = floats(13 * 333);
        for (int tokens : new int[] {1, 2, 3, 7, 8, 13}) {
            float[] whole = new float[tokens * 9];
            matrix.multiply(tile(matrix, x, tokens), 0, 1, whole, 0, 9);
            ActivationTile tile = tile(matrix, floats(32 * 333), 32);
            for (int parts = tile.begin(x, 0, 333, tokens), i = parts; i > 0; i--) {
                tile.loadParts(i - 1, i);
            }
            float[] pieces = new float[tokens * 9];
            matrix.multiply(tile, 0, 1, pieces, 0, 9);
            assertArrayEquals(whole, pieces, tokens + " tokens");
        }
    }

    @Test
    void aTileRefusesMoreTokensThanItHolds() {
        var tile = new TernaryInt8Tile(3);
        for (int count : new int[] {0, 33}) {
            var e =
                    assertThrows(
                            IllegalArgumentException.class,
                            () -> tile.load(new float[99], 0, 3, count));
            assertEquals(count + " tokens: a tile holds 1 to 32", e.getMessage());
        }
    }

    @Test
    void onlyTheRowsAskedForAreWritten() {
        var matrix =
                TernaryInt8Matrix.pack(
                        ternary(2 * BLOCK + 1, 50, TernaryPacking.CONSECUTIVE), arena);
        for (int tokens : new int[] {1, 3, 9}) {
            int stride = 2 * BLOCK + 1 + GUARD;
            float[] y = new float[GUARD + tokens * stride];
            Arrays.fill(y, GUARD_VALUE);
            matrix.multiply(tile(matrix, floats(tokens * 50), tokens), 1, 3, y, GUARD, stride);
            for (int i = 0; i < y.length; i++) {
                int row = i < GUARD ? -1 : (i - GUARD) % stride;
                boolean outside = row < BLOCK || row > 2 * BLOCK;
                assertEquals(outside, y[i] == GUARD_VALUE, "element " + i);
            }
        }
    }

    @Test
    void compiledLoopsGiveTheSameResultsAsInterpretedOnes() {
        var matrix = TernaryInt8Matrix.pack(ternary(BLOCK, 640, TernaryPacking.CONSECUTIVE), arena);
        float[] x = floats(11 * 640);
        for (int tokens : new int[] {1, 5, 11}) {
            ActivationTile tile = tile(matrix, x, tokens);
            float[] first = new float[tokens * BLOCK];
            matrix.multiply(tile, 0, 1, first, 0, BLOCK);
            for (int i = 0; i < 3000; i++) {
                float[] y = new float[tokens * BLOCK];
                matrix.multiply(tile(matrix, x, tokens), 0, 1, y, 0, BLOCK);
                assertArrayEquals(first, y);
            }
        }
    }

    @Test
    void aCodeOfThreeIsRefusedWithItsPlace() {
        for (TernaryPacking packing : TernaryPacking.values()) {
            Weight weight = ternary(8, 21, packing);
            // Row 5, column 18: bits 4..5 of byte 5 * 6 + 4, or bits 4..5 of byte 1 * 21 + 18.
            long at = packing == TernaryPacking.CONSECUTIVE ? 34 : 39;
            byte old = weight.codes().get(ValueLayout.JAVA_BYTE, at);
            weight.codes().set(ValueLayout.JAVA_BYTE, at, (byte) (old | 0x30));
            var e =
                    assertThrows(
                            IllegalArgumentException.class,
                            () -> TernaryInt8Matrix.pack(weight, arena));
            assertEquals(
                    "w: code at row 5, column 18 of ternary [8, 21] must be 0, 1 or 2, got 3",
                    e.getMessage());
        }
    }

    @Test
    void bitsBehindTheLastColumnAreIgnored() {
        Weight weight = ternary(3, 5, TernaryPacking.CONSECUTIVE);
        weight.codes()
                .set(
                        ValueLayout.JAVA_BYTE,
                        3,
                        (byte) (weight.codes().get(ValueLayout.JAVA_BYTE, 3) | 0xFC));
        checkExact(weight, 1);
    }

    @Test
    void aScaleThatIsNotFiniteIsRefused() {
        var writer =
                new WeightWriter(
                        "w", new MatrixShape(1, 1), format(TernaryPacking.CONSECUTIVE), arena);
        writer.setScale(0, 0, Float.NaN);
        var e =
                assertThrows(
                        IllegalArgumentException.class,
                        () -> TernaryInt8Matrix.pack(writer.weight(), arena));
        assertEquals("w: scale must be finite, got NaN", e.getMessage());
    }

    private void checkExact(Weight weight, int tokens) {
        MatrixShape shape = weight.shape();
        var matrix = TernaryInt8Matrix.pack(weight, arena);
        float[] x = floats(tokens * shape.cols());
        float[] y = new float[tokens * shape.rows()];
        int blocks = Math.ceilDiv(shape.rows(), BLOCK);
        matrix.multiply(tile(matrix, x, tokens), 0, blocks, y, 0, shape.rows());
        byte[] codes = consecutive(weight);
        for (int t = 0; t < tokens; t++) {
            float s = Int8Rounding.scale(x, t * shape.cols(), shape.cols());
            byte[] q = new byte[shape.cols()];
            for (int k = 0; k < q.length; k++) {
                q[k] = rounded(x[t * shape.cols() + k], s);
            }
            int[] dots = new int[shape.rows()];
            ScalarTwins.ternary(codes, shape.cols(), q, dots);
            for (int r = 0; r < dots.length; r++) {
                float expected = dots[r] * (SCALE / s);
                assertEquals(expected, y[t * shape.rows() + r], shape + " row " + r);
            }
        }
    }

    private static byte rounded(float x, float s) {
        return (byte) Math.clamp((long) Math.rint(x * s), -128, 127);
    }

    private byte[] consecutive(Weight weight) {
        Weight copy =
                weight(
                        weight.shape().rows(),
                        weight.shape().cols(),
                        TernaryPacking.CONSECUTIVE,
                        (r, c) -> ReferenceCodec.code(weight, r, c));
        return copy.codes().toArray(ValueLayout.JAVA_BYTE);
    }

    private Weight ternary(int rows, int cols, TernaryPacking packing) {
        return weight(rows, cols, packing, (_, _) -> random.nextInt(3));
    }

    private Weight weight(int rows, int cols, TernaryPacking packing, IntBinaryOperator codes) {
        var writer = new WeightWriter("w", new MatrixShape(rows, cols), format(packing), arena);
        writer.setScale(0, 0, SCALE);
        for (int r = 0; r < rows; r++) {
            for (int c = 0; c < cols; c++) {
                writer.setCode(r, c, codes.applyAsInt(r, c));
            }
        }
        return writer.weight();
    }

    private static Ternary format(TernaryPacking packing) {
        return new Ternary(packing, new ScaleGranularity.PerTensor());
    }

    private float[] floats(int length) {
        float[] x = new float[length];
        for (int i = 0; i < length; i++) {
            x[i] = (float) random.nextGaussian();
        }
        return x;
    }

    private static ActivationTile tile(PackedMatrix matrix, float[] x, int tokens) {
        ActivationTile tile = matrix.tileLayout().newTile();
        tile.load(x, 0, ((TernaryInt8Tile) tile).cols(), tokens);
        return tile;
    }
}
