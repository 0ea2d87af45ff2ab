package dev.trilobit.api.quant;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.lang.foreign.Arena;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class WeightFormatTest {
    private static final int COLS = 512;

    /** Formats, and how many weights share a scale in rows of {@link #COLS}. */
    static Stream<Arguments> runs() {
        var packing = TernaryPacking.CONSECUTIVE;
        return Stream.of(
                Arguments.of(new Dense(FloatType.F16), COLS),
                Arguments.of(new Ternary(packing, new ScaleGranularity.PerTensor()), COLS),
                Arguments.of(
                        new Ternary(packing, new ScaleGranularity.PerGroup(128, FloatType.F16)),
                        128),
                Arguments.of(new Binary(64, Binary.Mode.SYMMETRIC, FloatType.F16), 64),
                Arguments.of(new Binary(4096, Binary.Mode.AFFINE, FloatType.F16), COLS),
                Arguments.of(new Affine(4, 32, FloatType.BF16), 32),
                Arguments.of(new Blocks(BlockType.Q8_0), 32),
                Arguments.of(new Blocks(BlockType.Q6_K), 16),
                Arguments.of(new Blocks(BlockType.Q5_0), 32),
                Arguments.of(new Blocks(BlockType.Q4_0), 32),
                Arguments.of(new Blocks(BlockType.Q4_1), 32),
                Arguments.of(new Blocks(BlockType.Q4_K), 32));
    }

    @ParameterizedTest
    @MethodSource("runs")
    void aRunHasTheWeightsOfAScaleAndNoMoreThanARow(WeightFormat format, int expected) {
        assertEquals(expected, format.runCols(COLS));
        if (!(format instanceof Blocks)) {
            assertEquals(Math.min(expected, 20), format.runCols(20));
        }
    }

    @ParameterizedTest
    @MethodSource("runs")
    void decodersGroupColumnsAlike(WeightFormat format, int expected) {
        try (Arena arena = Arena.ofConfined()) {
            var weight = new WeightWriter("w", new MatrixShape(1, COLS), format, arena).weight();
            var decoder = new RowDecoder(weight);
            assertEquals(expected, decoder.groupColumns());
            assertEquals(COLS / expected, decoder.groups());
        }
    }
}
