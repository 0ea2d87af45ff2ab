package dev.trilobit.backend.cpu;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.trilobit.api.program.ActivationQuant;
import dev.trilobit.api.quant.Affine;
import dev.trilobit.api.quant.Binary;
import dev.trilobit.api.quant.BlockType;
import dev.trilobit.api.quant.Blocks;
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
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class GroupedKernelTest extends FloatKernelTest {
    @Override
    Stream<WeightFormat> formats() {
        return Stream.of(
                new Binary(128, Binary.Mode.SYMMETRIC, FloatType.F16),
                new Binary(32, Binary.Mode.SYMMETRIC, FloatType.F32),
                new Binary(20, Binary.Mode.SYMMETRIC, FloatType.BF16),
                new Binary(128, Binary.Mode.AFFINE, FloatType.F16),
                new Binary(64, Binary.Mode.AFFINE, FloatType.BF16),
                new Binary(7, Binary.Mode.AFFINE, FloatType.F32),
                new Ternary(TernaryPacking.CONSECUTIVE, new ScaleGranularity.PerTensor()),
                new Ternary(
                        TernaryPacking.CONSECUTIVE,
                        new ScaleGranularity.PerGroup(128, FloatType.F16)),
                new Ternary(
                        TernaryPacking.CONSECUTIVE,
                        new ScaleGranularity.PerGroup(256, FloatType.BF16)),
                new Affine(2, 64, FloatType.F16),
                new Affine(2, 11, FloatType.F32),
                new Affine(3, 64, FloatType.F16),
                new Affine(4, 32, FloatType.BF16),
                new Affine(4, 128, FloatType.F16),
                new Affine(5, 64, FloatType.F32),
                new Affine(6, 64, FloatType.F16),
                new Affine(8, 64, FloatType.F16),
                new Affine(8, 30, FloatType.F32),
                new Blocks(BlockType.Q8_0),
                new Blocks(BlockType.Q6_K),
                new Blocks(BlockType.Q5_0),
                new Blocks(BlockType.Q4_0),
                new Blocks(BlockType.Q4_1),
                new Blocks(BlockType.Q4_K));
    }

    @Override
    PackedMatrix pack(Weight weight, ActivationQuant quant, Arena arena) {
        return GroupedMatrix.pack(weight, quant, arena);
    }

    @Test
    void sixteenBitStatesStaySixteenBits() {
        try (Arena arena = Arena.ofConfined()) {
            int rows = GroupGrid.BLOCK_ROWS;
            var writer =
                    new WeightWriter(
                            "w",
                            new MatrixShape(rows, 256),
                            new Binary(128, Binary.Mode.AFFINE, FloatType.F16),
                            arena);
            var matrix = GroupedMatrix.pack(writer.weight(), ActivationQuant.NONE, arena);
            assertEquals(rows * (256 / 8 + 2 * 2L * Short.BYTES), matrix.byteSize());
        }
    }

    @Test
    void aStateThatIsNotFiniteIsRefusedWithItsPlace() {
        try (Arena arena = Arena.ofConfined()) {
            var format = new Binary(64, Binary.Mode.AFFINE, FloatType.F16);
            var scales = new WeightWriter("w", new MatrixShape(3, 200), format, arena);
            scales.setScale(2, 1, Float.NaN);
            assertRefused(
                    scales.weight(), arena, "w: scale of row 2, group 1 must be finite, got NaN");
            var biases = new WeightWriter("w", new MatrixShape(3, 200), format, arena);
            biases.setBias(0, 3, Float.NEGATIVE_INFINITY);
            assertRefused(
                    biases.weight(),
                    arena,
                    "w: bias of row 0, group 3 must be finite, got -Infinity");
        }
    }

    @Test
    void aCodeOfThreeIsRefusedWithItsPlace() {
        try (Arena arena = Arena.ofConfined()) {
            var format =
                    new Ternary(
                            TernaryPacking.CONSECUTIVE,
                            new ScaleGranularity.PerGroup(16, FloatType.F16));
            Weight weight = new WeightWriter("w", new MatrixShape(2, 40), format, arena).weight();
            weight.codes().set(ValueLayout.JAVA_BYTE, 10 + 9, (byte) 0x0c);
            assertRefused(
                    weight,
                    arena,
                    "w: code at row 1, column 37 of ternary-g16 [2, 40] must be 0, 1 or 2, got 3");
        }
    }

    private static void assertRefused(Weight weight, Arena arena, String message) {
        var e =
                assertThrows(
                        IllegalArgumentException.class,
                        () -> GroupedMatrix.pack(weight, ActivationQuant.NONE, arena));
        assertEquals(message, e.getMessage());
    }
}
