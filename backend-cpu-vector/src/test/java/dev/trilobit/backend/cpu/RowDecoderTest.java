package dev.trilobit.backend.cpu;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.trilobit.api.quant.Affine;
import dev.trilobit.api.quant.Binary;
import dev.trilobit.api.quant.Dense;
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
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class RowDecoderTest {
    static Stream<WeightFormat> formats() {
        return Stream.of(
                new Dense(FloatType.F32),
                new Dense(FloatType.F16),
                new Dense(FloatType.BF16),
                new Ternary(TernaryPacking.CONSECUTIVE, new ScaleGranularity.PerTensor()),
                new Ternary(TernaryPacking.ROW_QUARTERS, new ScaleGranularity.PerTensor()),
                new Ternary(
                        TernaryPacking.CONSECUTIVE,
                        new ScaleGranularity.PerGroup(16, FloatType.F16)),
                new Binary(32, Binary.Mode.SYMMETRIC, FloatType.F16),
                new Binary(20, Binary.Mode.AFFINE, FloatType.BF16),
                new Affine(2, 32, FloatType.F16),
                new Affine(3, 32, FloatType.F32),
                new Affine(4, 64, FloatType.F16),
                new Affine(5, 32, FloatType.BF16),
                new Affine(6, 17, FloatType.F16),
                new Affine(8, 32, FloatType.F16));
    }

    @ParameterizedTest
    @MethodSource("formats")
    void rowsAreDecodedExactlyAndNothingElseIsWritten(WeightFormat format) {
        try (Arena arena = Arena.ofConfined()) {
            for (int cols : new int[] {1, 7, 64, 101}) {
                Weight weight = Weights.random(format, 8, cols, new Random(5), arena);
                var decoder = new RowDecoder(weight);
                for (int row = 0; row < 8; row++) {
                    float[] out = new float[cols + 4];
                    Arrays.fill(out, -99f);
                    decoder.copyRow(row, out, 3);
                    double[] expected = ReferenceCodec.decodeRow(weight, row);
                    assertEquals(-99f, out[2]);
                    assertEquals(-99f, out[cols + 3]);
                    for (int c = 0; c < cols; c++) {
                        assertEquals((float) expected[c] + 0f, out[3 + c] + 0f);
                    }
                }
            }
        }
    }

    @Test
    void rowsAndPlacesOutsideAreRefused() {
        try (Arena arena = Arena.ofConfined()) {
            var weight = Weights.random(new Dense(FloatType.F32), 3, 5, new Random(1), arena);
            var decoder = new RowDecoder(weight);
            assertThrows(
                    IndexOutOfBoundsException.class, () -> decoder.copyRow(3, new float[5], 0));
            assertThrows(
                    IndexOutOfBoundsException.class, () -> decoder.copyRow(0, new float[5], 1));
        }
    }

    @Test
    void aStateThatIsNotFiniteIsRefusedWithItsPlace() {
        try (Arena arena = Arena.ofConfined()) {
            var format = new Affine(4, 32, FloatType.F16);
            var writer = new WeightWriter("w", new MatrixShape(3, 100), format, arena);
            writer.setBias(2, 3, Float.POSITIVE_INFINITY);
            var e =
                    assertThrows(
                            IllegalArgumentException.class, () -> new RowDecoder(writer.weight()));
            assertEquals("w: bias of row 2, group 3 must be finite, got Infinity", e.getMessage());
        }
    }

    @Test
    void aTernaryCodeOfThreeIsRefusedWithItsPlace() {
        try (Arena arena = Arena.ofConfined()) {
            var format = new Ternary(TernaryPacking.CONSECUTIVE, new ScaleGranularity.PerTensor());
            Weight weight = new WeightWriter("w", new MatrixShape(2, 60), format, arena).weight();
            weight.codes().set(ValueLayout.JAVA_BYTE, 15 + 14, (byte) 0xc0);
            var e = assertThrows(IllegalArgumentException.class, () -> new RowDecoder(weight));
            assertEquals(
                    "w: code at row 1, column 59 of ternary [2, 60] must be 0, 1 or 2, got 3",
                    e.getMessage());
        }
    }
}
