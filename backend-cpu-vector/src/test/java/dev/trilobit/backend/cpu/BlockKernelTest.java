package dev.trilobit.backend.cpu;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.fail;

import dev.trilobit.api.program.ActivationQuant;
import dev.trilobit.api.quant.BlockType;
import dev.trilobit.api.quant.Blocks;
import dev.trilobit.api.quant.MatrixShape;
import dev.trilobit.api.quant.ReferenceCodec;
import dev.trilobit.api.quant.Weight;
import dev.trilobit.api.quant.WeightFormat;
import dev.trilobit.api.quant.WeightWriter;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class BlockKernelTest extends FloatKernelTest {
    private static final ValueLayout.OfShort HALF =
            ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

    @Override
    Stream<WeightFormat> formats() {
        return Stream.of(BlockType.values()).map(Blocks::new);
    }

    @Override
    PackedMatrix pack(Weight weight, ActivationQuant quant, Arena arena) {
        return BlockMatrix.pack(weight, type(weight), quant, arena);
    }

    private static BlockType type(Weight weight) {
        return weight.format() instanceof Blocks(BlockType type)
                ? type
                : fail(weight.format() + " has no blocks");
    }

    /**
     * Codes of four or eight bits, bytes of multiples, f16 units; and one vector of multiples 1.
     */
    @ParameterizedTest
    @CsvSource({"Q8_0,8.5", "Q6_K,8.5625", "Q5_0,8.5", "Q4_0,4.5", "Q4_1,5", "Q4_K,4.625"})
    void scalesTakeAsManyBitsAsTheyHave(BlockType type, double bits) {
        try (Arena arena = Arena.ofConfined()) {
            int rows = 2 * GroupGrid.BLOCK_ROWS;
            var shape = new MatrixShape(rows, 512);
            Weight weight = new WeightWriter("w", shape, new Blocks(type), arena).weight();
            long expected = (long) (rows * 512 * bits / Byte.SIZE) + GroupGrid.LANES * 4L;
            assertEquals(expected, pack(weight, ActivationQuant.NONE, arena).byteSize());
        }
    }

    @Test
    void aUnitThatIsNotFiniteIsRefusedWithItsPlace() {
        try (Arena arena = Arena.ofConfined()) {
            var shape = new MatrixShape(3, 512);
            Weight weight =
                    new WeightWriter("w", shape, new Blocks(BlockType.Q6_K), arena).weight();
            long block = 3L * BlockType.Q6_K.blockBytes();
            weight.codes().set(HALF, block + 208, Float.floatToFloat16(Float.NaN));
            var e =
                    assertThrows(
                            IllegalArgumentException.class,
                            () -> pack(weight, ActivationQuant.NONE, arena));
            assertEquals("w: scale of row 1, group 16 must be finite, got NaN", e.getMessage());
        }
    }

    /**
     * Codes of zeros are all in the middle, and what kernels take off them is what the biases give
     * back: nothing is left to cancel, where 8 * x and -8 * x summed apart would leave roundings.
     */
    @ParameterizedTest
    @EnumSource(names = {"Q4_1", "Q4_K"})
    void zerosMadeOfCodesAndBiasesAreZero(BlockType type) {
        int cols = 2560;
        Weight weight =
                new WeightWriter("w", new MatrixShape(2, cols), new Blocks(type), arena).weight();
        MemorySegment blocks = weight.codes();
        blocks.fill((byte) 0x88);
        for (long at = 0; at < blocks.byteSize(); at += type.blockBytes()) {
            if (type == BlockType.Q4_1) {
                blocks.set(HALF, at, Float.floatToFloat16(0.25f));
                blocks.set(HALF, at + 2, Float.floatToFloat16(-2));
            } else {
                blocks.set(HALF, at, Float.floatToFloat16(0.25f));
                blocks.set(HALF, at + 2, Float.floatToFloat16(0.25f));
                byte[] ofScaleOneAndBiasEight = {
                    1, 1, 1, 1, 8, 8, 8, 8, (byte) 0x81, (byte) 0x81, (byte) 0x81, (byte) 0x81
                };
                MemorySegment.copy(
                        ofScaleOneAndBiasEight, 0, blocks, ValueLayout.JAVA_BYTE, at + 4, 12);
            }
        }
        assertEquals(0, ReferenceCodec.decode(weight, 1, cols - 1));
        var random = new Random(7);
        float[] x = new float[3 * cols];
        for (int i = 0; i < x.length; i++) {
            x[i] = random.nextFloat();
        }
        PackedMatrix matrix = pack(weight, ActivationQuant.NONE, arena);
        for (int tokens : new int[] {1, 3}) {
            ActivationTile tile = matrix.tileLayout().newTile();
            tile.load(x, 0, cols, tokens);
            float[] y = new float[2 * tokens];
            matrix.multiply(tile, 0, 1, y, 0, 2);
            assertArrayEquals(new float[2 * tokens], y);
        }
    }
}
