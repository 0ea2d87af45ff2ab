package dev.trilobit.backend.cpu;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.trilobit.api.program.ActivationQuant;
import dev.trilobit.api.quant.Dense;
import dev.trilobit.api.quant.FloatType;
import dev.trilobit.api.quant.MatrixShape;
import dev.trilobit.api.quant.Weight;
import dev.trilobit.api.quant.WeightFormat;
import dev.trilobit.api.quant.WeightWriter;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class DenseKernelTest extends FloatKernelTest {
    private static final ValueLayout.OfShort SHORT =
            ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

    @Override
    Stream<WeightFormat> formats() {
        return Stream.of(FloatType.values()).map(Dense::new);
    }

    @Override
    PackedMatrix pack(Weight weight, ActivationQuant quant, Arena arena) {
        return DenseMatrix.pack(weight, quant, arena);
    }

    @ParameterizedTest
    @EnumSource(
            value = FloatType.class,
            names = {"F16", "BF16"})
    void everyFiniteSixteenBitPatternIsExpandedExactly(FloatType type) {
        try (Arena arena = Arena.ofConfined()) {
            int cols = 64;
            MemorySegment values = arena.allocate(cols * (1L << 16) * Short.BYTES, 8);
            for (int row = 0; row < 1 << 16; row++) {
                long at = ((long) row * cols + row % cols) * Short.BYTES;
                values.set(SHORT, at, (short) row);
                if (!Float.isFinite(type.get(values, at / Short.BYTES))) {
                    values.set(SHORT, at, (short) 0);
                }
            }
            var shape = new MatrixShape(1 << 16, cols);
            var weight = new Weight("w", shape, new Dense(type), List.of(values));
            var matrix = DenseMatrix.pack(weight, ActivationQuant.NONE, arena);
            float[] x = new float[cols];
            Arrays.fill(x, 1f);
            ActivationTile tile = matrix.tileLayout().newTile();
            tile.load(x, 0, cols, 1);
            float[] y = new float[1 << 16];
            matrix.multiply(tile, 0, y.length / matrix.rowsPerBlock(), y, 0, y.length);
            for (int row = 0; row < y.length; row++) {
                assertEquals(type.get(values, (long) row * cols + row % cols) + 0f, y[row]);
            }
        }
    }

    @Test
    void nativeValuesAreReadWhereTheyLie() {
        try (Arena arena = Arena.ofConfined()) {
            var writer =
                    new WeightWriter("w", new MatrixShape(3, 40), new Dense(FloatType.BF16), arena);
            var matrix = DenseMatrix.pack(writer.weight(), ActivationQuant.NONE, arena);
            assertEquals(0, matrix.byteSize());
            assertEquals(3 * 40 * 2, matrix.mappedBytes());
        }
    }

    @Test
    void heapValuesAreCopied() {
        try (Arena arena = Arena.ofConfined()) {
            var heap = MemorySegment.ofArray(new byte[3 * 40 * 2]);
            FloatType.BF16.set(heap, 2 * 40 + 39, 1.5f);
            var shape = new MatrixShape(3, 40);
            var weight = new Weight("w", shape, new Dense(FloatType.BF16), List.of(heap));
            var matrix = DenseMatrix.pack(weight, ActivationQuant.NONE, arena);
            assertEquals(3 * 40 * 2, matrix.byteSize());
            assertEquals(0, matrix.mappedBytes());
            float[] x = new float[40];
            x[39] = 2f;
            ActivationTile tile = matrix.tileLayout().newTile();
            tile.load(x, 0, 40, 1);
            float[] y = new float[3];
            matrix.multiply(tile, 0, 1, y, 0, 3);
            assertEquals(3f, y[2]);
        }
    }

    @ParameterizedTest
    @EnumSource(FloatType.class)
    void aValueThatIsNotFiniteIsRefusedWithItsPlace(FloatType type) {
        for (float bad :
                new float[] {Float.NaN, Float.NEGATIVE_INFINITY, Float.POSITIVE_INFINITY}) {
            for (int col : new int[] {0, 1, 2, 3, 4, 18}) {
                try (Arena arena = Arena.ofConfined()) {
                    var writer =
                            new WeightWriter("w", new MatrixShape(5, 19), new Dense(type), arena);
                    writer.setValue(4, col, bad);
                    writer.setValue(3, 2, type == FloatType.F16 ? 65504f : 3e38f);
                    var e =
                            assertThrows(
                                    IllegalArgumentException.class,
                                    () ->
                                            DenseMatrix.pack(
                                                    writer.weight(), ActivationQuant.NONE, arena));
                    assertEquals(
                            "w: value of row 4, column %d must be finite, got %s"
                                    .formatted(col, bad),
                            e.getMessage());
                }
            }
        }
    }
}
