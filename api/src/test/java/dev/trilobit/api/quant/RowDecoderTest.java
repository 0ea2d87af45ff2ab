package dev.trilobit.api.quant;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class RowDecoderTest {
    private static final int ROWS = 8;

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
                new Ternary(
                        TernaryPacking.ROW_QUARTERS,
                        new ScaleGranularity.PerGroup(7, FloatType.BF16)),
                new Binary(32, Binary.Mode.SYMMETRIC, FloatType.F16),
                new Binary(20, Binary.Mode.AFFINE, FloatType.BF16),
                new Affine(2, 32, FloatType.F16),
                new Affine(3, 32, FloatType.F32),
                new Affine(4, 64, FloatType.F16),
                new Affine(5, 32, FloatType.BF16),
                new Affine(6, 17, FloatType.F16),
                new Affine(8, 32, FloatType.F16),
                new Blocks(BlockType.Q8_0),
                new Blocks(BlockType.Q6_K),
                new Blocks(BlockType.Q5_0),
                new Blocks(BlockType.Q4_0),
                new Blocks(BlockType.Q4_1),
                new Blocks(BlockType.Q4_K));
    }

    @ParameterizedTest
    @MethodSource("formats")
    void rowsAreDecodedExactlyAndNothingElseIsWritten(WeightFormat format) {
        List<Integer> widths =
                format instanceof Blocks(BlockType type)
                        ? List.of(type.blockWeights(), 3 * type.blockWeights())
                        : List.of(1, 7, 64, 101);
        for (int cols : widths) {
            Weight weight = random(format, new MatrixShape(ROWS, cols));
            var decoder = new RowDecoder(weight);
            for (int row = 0; row < ROWS; row++) {
                float[] out = new float[cols + 4];
                Arrays.fill(out, -99f);
                decoder.copyRow(row, out, 3);
                double[] expected = ReferenceCodec.decodeRow(weight, row);
                double[] exact = new double[cols];
                decoder.copyRow(row, exact);
                // A difference of zero takes -0 for 0.
                assertArrayEquals(expected, exact, 0.0);
                assertEquals(-99f, out[2]);
                assertEquals(-99f, out[cols + 3]);
                for (int c = 0; c < cols; c++) {
                    assertEquals((float) expected[c] + 0f, out[3 + c] + 0f);
                }
            }
        }
    }

    @ParameterizedTest
    @MethodSource("formats")
    void numbersOfCodesAreStepsFromTheOffset(WeightFormat format) {
        if (format instanceof Dense) {
            return;
        }
        Weight weight = random(format, new MatrixShape(ROWS, 256));
        var decoder = new RowDecoder(weight);
        for (int row = 0; row < ROWS; row++) {
            for (int c = 0; c < 256; c++) {
                int group = c / decoder.groupColumns();
                double step = decoder.step(row, group);
                if (Double.isFinite(step)) {
                    double number =
                            step * ReferenceCodec.code(weight, row, c) + decoder.offset(row, group);
                    assertEquals(ReferenceCodec.decode(weight, row, c) + 0.0, number + 0.0);
                }
            }
        }
    }

    @Test
    void codesAreWrittenARowAtATime() {
        for (WeightFormat format : formats().toList()) {
            if (format instanceof Dense || format instanceof Blocks) {
                continue;
            }
            Weight source = random(format, new MatrixShape(ROWS, 101));
            var copy = new WeightWriter("w", source.shape(), format, Arena.ofAuto()).weight();
            var plane = new CodePlane(copy);
            byte[] codes = new byte[101];
            for (int row = 0; row < ROWS; row++) {
                for (int c = 0; c < codes.length; c++) {
                    codes[c] = (byte) ReferenceCodec.code(source, row, c);
                }
                plane.set(row, codes);
            }
            for (int row = 0; row < ROWS; row++) {
                for (int c = 0; c < codes.length; c++) {
                    assertEquals(
                            ReferenceCodec.code(source, row, c), ReferenceCodec.code(copy, row, c));
                }
            }
        }
    }

    @Test
    void numbersAreRoundedAsTheyAreStored() {
        MemorySegment stored = Arena.ofAuto().allocate(4);
        var random = new Random(6);
        for (FloatType type : FloatType.values()) {
            for (int i = 0; i < 1000; i++) {
                float number = Float.intBitsToFloat(random.nextInt());
                type.set(stored, 0, number);
                assertEquals(type.get(stored, 0), type.round(number));
            }
        }
    }

    /** Random bytes, which are codes of any kind; random scales, which are numbers of one type. */
    private static Weight random(WeightFormat format, MatrixShape shape) {
        var random = new Random(5);
        var writer = new WeightWriter("w", shape, format, Arena.ofAuto());
        Weight weight = writer.weight();
        for (MemorySegment plane : weight.planes()) {
            byte[] bytes = new byte[(int) plane.byteSize()];
            random.nextBytes(bytes);
            MemorySegment.copy(MemorySegment.ofArray(bytes), 0, plane, 0, bytes.length);
        }
        return weight;
    }

    @Test
    void rowsAndPlacesOutsideAreRefused() {
        Weight weight = random(new Dense(FloatType.F32), new MatrixShape(3, 5));
        var decoder = new RowDecoder(weight);
        assertThrows(IndexOutOfBoundsException.class, () -> decoder.copyRow(3, new float[5], 0));
        assertThrows(IndexOutOfBoundsException.class, () -> decoder.copyRow(0, new float[5], 1));
        assertThrows(IndexOutOfBoundsException.class, () -> decoder.copyRow(3, new double[5]));
        assertThrows(IndexOutOfBoundsException.class, () -> decoder.copyRow(0, new double[4]));
    }
}
