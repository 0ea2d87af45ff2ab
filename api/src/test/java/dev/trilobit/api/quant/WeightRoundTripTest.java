package dev.trilobit.api.quant;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** What {@link WeightWriter} writes, {@link ReferenceCodec} reads, for every format and size. */
class WeightRoundTripTest {
    private static final int[] COLS = {1, 3, 4, 5, 31, 32, 33, 127, 128, 129};
    private static final int ROWS = 8;
    private static final long SEED = 20260101;

    static Stream<Arguments> formatsAndSizes() {
        return formats().stream()
                .flatMap(
                        format ->
                                IntStream.of(COLS).boxed().map(cols -> Arguments.of(format, cols)));
    }

    private static List<WeightFormat> formats() {
        var formats = new ArrayList<WeightFormat>();
        for (TernaryPacking packing : TernaryPacking.values()) {
            formats.add(new Ternary(packing, new ScaleGranularity.PerTensor()));
            for (FloatType type : FloatType.values()) {
                formats.add(new Ternary(packing, new ScaleGranularity.PerGroup(32, type)));
            }
            formats.add(new Ternary(packing, new ScaleGranularity.PerGroup(1, FloatType.F16)));
        }
        for (Binary.Mode mode : Binary.Mode.values()) {
            for (FloatType type : FloatType.values()) {
                formats.add(new Binary(128, mode, type));
            }
            formats.add(new Binary(5, mode, FloatType.F16));
        }
        for (int bits : new int[] {2, 3, 4, 5, 6, 8}) {
            formats.add(new Affine(bits, 32, FloatType.F16));
            formats.add(new Affine(bits, 128, FloatType.BF16));
            formats.add(new Affine(bits, 7, FloatType.F32));
        }
        return formats;
    }

    @ParameterizedTest
    @MethodSource("formatsAndSizes")
    void codesAndNumbersComeBack(WeightFormat format, int cols) {
        var random = new Random(SEED + cols);
        int[][] codes = new int[ROWS][cols];
        double[][] values = new double[ROWS][cols];
        int group = groupSize(format);
        try (Arena arena = Arena.ofConfined()) {
            var writer = new WeightWriter("w", new MatrixShape(ROWS, cols), format, arena);
            double scale = 0;
            double bias = 0;
            for (int row = 0; row < ROWS; row++) {
                for (int col = 0; col < cols; col++) {
                    if (group == 0 ? row + col == 0 : col % group == 0) {
                        // Quarters below 16 are exact in every element type, and so are the sums.
                        scale = (1 + random.nextInt(60)) / 4.0;
                        writer.setScale(row, group == 0 ? 0 : col / group, (float) scale);
                        if (hasBias(format)) {
                            bias = (random.nextInt(120) - 60) / 4.0;
                            writer.setBias(row, col / group, (float) bias);
                        }
                    }
                    int code = random.nextInt(levels(format));
                    writer.setCode(row, col, code);
                    codes[row][col] = code;
                    values[row][col] = value(format, scale, bias, code);
                }
            }

            Weight weight = writer.weight();

            for (int row = 0; row < ROWS; row++) {
                for (int col = 0; col < cols; col++) {
                    assertEquals(
                            codes[row][col],
                            ReferenceCodec.code(weight, row, col),
                            "code (%d, %d), seed %d".formatted(row, col, SEED));
                }
                assertArrayEquals(values[row], ReferenceCodec.decodeRow(weight, row));
            }
        }
    }

    private static int groupSize(WeightFormat format) {
        return switch (format) {
            case Dense _ -> 0;
            case Ternary(TernaryPacking _, ScaleGranularity.PerTensor()) -> 0;
            case Ternary(TernaryPacking _, ScaleGranularity.PerGroup(int size, FloatType _)) ->
                    size;
            case Binary(int size, Binary.Mode _, FloatType _) -> size;
            case Affine(int _, int size, FloatType _) -> size;
            case Blocks(BlockType type) -> type.groupWeights();
        };
    }

    private static boolean hasBias(WeightFormat format) {
        return format instanceof Affine
                || (format instanceof Binary binary && binary.mode() == Binary.Mode.AFFINE);
    }

    private static int levels(WeightFormat format) {
        return switch (format) {
            case Dense _ -> 0;
            case Ternary _ -> 3;
            case Binary _ -> 2;
            case Affine(int bits, int _, FloatType _) -> 1 << bits;
            case Blocks(BlockType type) -> 1 << type.bits();
        };
    }

    private static double value(WeightFormat format, double scale, double bias, int code) {
        if (hasBias(format)) {
            return scale * code + bias;
        }
        return format instanceof Ternary ? scale * (code - 1) : scale * (2 * code - 1);
    }

    @ParameterizedTest
    @MethodSource("formatsAndSizes")
    void writingTwiceKeepsTheSecondCode(WeightFormat format, int cols) {
        try (Arena arena = Arena.ofConfined()) {
            var writer = new WeightWriter("w", new MatrixShape(4, cols), format, arena);
            int most = levels(format) - 1;
            for (int code : new int[] {most, 0}) {
                for (int row = 0; row < 4; row++) {
                    for (int col = 0; col < cols; col++) {
                        writer.setCode(row, col, code);
                    }
                }
            }
            writer.setCode(3, cols - 1, most);

            Weight weight = writer.weight();

            assertEquals(most, ReferenceCodec.code(weight, 3, cols - 1));
            writer.setCode(3, cols - 1, 0);
            MemorySegment zeros = arena.allocate(weight.codes().byteSize());
            assertEquals(-1, weight.codes().mismatch(zeros), "all bits are cleared again");
        }
    }

    @ParameterizedTest
    @CsvSource({"F32, 0x1.555556p-2", "F16, 0x1.554p-2", "BF16, 0x1.56p-2"})
    void aThirdComesBackRoundedToTheElementType(FloatType type, double third) {
        try (Arena arena = Arena.ofConfined()) {
            for (int cols : COLS) {
                var shape = new MatrixShape(3, cols);
                var writer = new WeightWriter("w", shape, new Dense(type), arena);
                writer.setValue(1, cols - 1, 1 / 3f);
                double[] expected = new double[cols];
                expected[cols - 1] = third;

                assertArrayEquals(new double[cols], ReferenceCodec.decodeRow(writer.weight(), 0));
                assertArrayEquals(expected, ReferenceCodec.decodeRow(writer.weight(), 1));
                assertArrayEquals(new double[cols], ReferenceCodec.decodeRow(writer.weight(), 2));
            }
        }
    }

    @Test
    void theWriterProducesTheBytesOfTheJavadoc() {
        try (Arena arena = Arena.ofConfined()) {
            var format = new Affine(3, 5, FloatType.F16);
            var writer = new WeightWriter("w", new MatrixShape(2, 5), format, arena);
            int[] codes = {7, 0, 5, 2, 6};
            for (int col = 0; col < codes.length; col++) {
                writer.setCode(1, col, codes[col]);
            }
            writer.setScale(1, 0, 2);
            writer.setBias(1, 0, -1);
            Weight weight = writer.weight();

            // 111 000 101 010 011 from the lowest bit, in the second row of two bytes.
            assertEquals(-1, weight.codes().mismatch(PackedBytes.plane("0000 4765")));
            assertEquals(-1, weight.scales().mismatch(PackedBytes.plane("0000 0040")));
            assertEquals(-1, weight.biases().mismatch(PackedBytes.plane("0000 00bc")));
        }
    }

    @Test
    void aWeightSharesMemoryWithItsWriter() {
        try (Arena arena = Arena.ofConfined()) {
            var format = new Dense(FloatType.F32);
            var writer = new WeightWriter("w", MatrixShape.vector(1), format, arena);
            Weight weight = writer.weight();

            writer.setValue(0, 0, 5);

            assertEquals(5f, weight.codes().get(ValueLayout.JAVA_FLOAT, 0));
        }
    }
}
