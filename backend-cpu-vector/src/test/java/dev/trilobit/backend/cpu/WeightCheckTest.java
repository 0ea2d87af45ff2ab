package dev.trilobit.backend.cpu;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.trilobit.api.quant.Affine;
import dev.trilobit.api.quant.Binary;
import dev.trilobit.api.quant.BlockType;
import dev.trilobit.api.quant.Blocks;
import dev.trilobit.api.quant.Dense;
import dev.trilobit.api.quant.FloatType;
import dev.trilobit.api.quant.MatrixShape;
import dev.trilobit.api.quant.ScaleGranularity;
import dev.trilobit.api.quant.Ternary;
import dev.trilobit.api.quant.TernaryPacking;
import dev.trilobit.api.quant.Weight;
import dev.trilobit.api.quant.WeightFormat;
import dev.trilobit.api.quant.WeightWriter;
import java.lang.foreign.Arena;
import java.lang.foreign.ValueLayout;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class WeightCheckTest {
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
    void soundWeightsPass(WeightFormat format) {
        try (Arena arena = Arena.ofConfined()) {
            for (int cols : new int[] {1, 7, 64, 101}) {
                int fitting = Weights.fit(format, cols);
                assertDoesNotThrow(
                        () ->
                                WeightCheck.require(
                                        Weights.random(format, 8, fitting, new Random(5), arena)));
            }
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
                            IllegalArgumentException.class,
                            () -> WeightCheck.require(writer.weight()));
            assertEquals("w: bias of row 2, group 3 must be finite, got Infinity", e.getMessage());
        }
    }

    @Test
    void aBlockThatIsNotFiniteIsRefusedWithItsPlace() {
        try (Arena arena = Arena.ofConfined()) {
            for (BlockType type : BlockType.values()) {
                var shape = new MatrixShape(3, 2 * type.blockWeights());
                var scale = new WeightWriter("w", shape, new Blocks(type), arena);
                scale.setScale(1, 1, Float.NaN);
                assertRefused(scale.weight(), "w: scale of row 1, group ");
                if (type.hasBias()) {
                    var bias = new WeightWriter("w", shape, new Blocks(type), arena);
                    bias.setBias(2, 0, Float.POSITIVE_INFINITY);
                    assertRefused(bias.weight(), "w: bias of row 2, group 0 must be finite");
                }
            }
        }
    }

    private static void assertRefused(Weight weight, String message) {
        var e = assertThrows(IllegalArgumentException.class, () -> WeightCheck.require(weight));
        String said = String.valueOf(e.getMessage());
        assertTrue(said.startsWith(message), said);
    }

    @Test
    void aTernaryCodeOfThreeIsRefusedWithItsPlace() {
        try (Arena arena = Arena.ofConfined()) {
            var format = new Ternary(TernaryPacking.CONSECUTIVE, new ScaleGranularity.PerTensor());
            Weight weight = new WeightWriter("w", new MatrixShape(2, 60), format, arena).weight();
            weight.codes().set(ValueLayout.JAVA_BYTE, 15 + 14, (byte) 0xc0);
            var e = assertThrows(IllegalArgumentException.class, () -> WeightCheck.require(weight));
            assertEquals(
                    "w: code at row 1, column 59 of ternary [2, 60] must be 0, 1 or 2, got 3",
                    e.getMessage());
        }
    }
}
