package dev.trilobit.api.quant;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Blocks against what ggml decodes from them, and written back field by field. */
class BlockGoldenTest {
    @ParameterizedTest
    @EnumSource
    void quantizedWeightsDecodeAsInGgml(BlockType type) {
        String name = "ggml/" + new Blocks(type).label();
        assertDecodes(type, Goldens.bytes(name + ".bytes"), Goldens.floats(name + ".f32"));
    }

    @ParameterizedTest
    @EnumSource
    void randomBytesDecodeAsInGgml(BlockType type) {
        String name = "ggml/random-" + new Blocks(type).label();
        assertDecodes(type, Goldens.bytes(name + ".bytes"), Goldens.floats(name + ".f32"));
    }

    @Test
    void allRecordedBlocksDecodeAsInGgml() throws IOException {
        String shared = System.getProperty("trilobit.shared", "");
        assumeTrue(!shared.isEmpty(), "property trilobit.shared is not set");
        for (BlockType type : BlockType.values()) {
            String name = type.name().replace("Q", "q");
            Path folder = Path.of(shared, "data/goldens/ggml");
            byte[] blocks = Files.readAllBytes(folder.resolve(name + ".bytes"));
            byte[] floats = Files.readAllBytes(folder.resolve(name + ".f32"));
            assertDecodes(type, blocks, Goldens.floats(floats));
        }
    }

    @ParameterizedTest
    @EnumSource
    void scalesAndBiasesAreWholeMultiplesOfTheirUnits(BlockType type) {
        byte[] bytes = Goldens.bytes("ggml/random-" + new Blocks(type).label() + ".bytes");
        MemorySegment blocks = MemorySegment.ofArray(bytes);
        int largestScale = 1;
        int leastScale = 1;
        int largestBias = 1;
        for (long b = 0; b < bytes.length; b += type.blockBytes()) {
            double unit = BlockCodec.scaleUnit(type, blocks, b);
            double biasUnit = BlockCodec.biasUnit(type, blocks, b);
            for (int g = 0; g < type.blockWeights() / type.groupWeights(); g++) {
                int scale = BlockCodec.scaleMultiple(type, blocks, b, g);
                int bias = BlockCodec.biasMultiple(type, blocks, b, g);
                assertEquals(BlockCodec.scale(type, blocks, b, g), unit * scale);
                assertEquals(BlockCodec.bias(type, blocks, b, g), biasUnit * bias);
                largestScale = Math.max(largestScale, scale);
                leastScale = Math.min(leastScale, scale);
                largestBias = Math.max(largestBias, bias);
                assertTrue(bias >= 0, "bias " + bias);
                assertTrue(type.hasBias() || biasUnit == 0, "a bias where there is none");
            }
        }
        boolean multiples = type == BlockType.Q6_K || type == BlockType.Q4_K;
        assertTrue(largestScale <= (type == BlockType.Q6_K ? 127 : multiples ? 63 : 1));
        assertTrue(leastScale >= (type == BlockType.Q6_K ? -128 : multiples ? 0 : 1));
        assertTrue(largestBias <= (type == BlockType.Q4_K ? 63 : 1));
        assertEquals(multiples, largestScale > 1, "groups have multiples of their own");
        assertEquals(type == BlockType.Q4_K, largestBias > 1);
    }

    @ParameterizedTest
    @EnumSource
    void fieldsWrittenBackGiveTheSameBytes(BlockType type) {
        String name = "ggml/" + new Blocks(type).label() + ".bytes";
        assertWrittenBack(type, Goldens.bytes(name));
        byte[] random = new byte[12 * type.blockBytes()];
        new Random(5).nextBytes(random);
        MemorySegment blocks = MemorySegment.ofArray(random);
        for (int b = 0; b < 12; b++) {
            // No d and m but finite ones: NaN has many bit patterns.
            BlockCodec.setScale(type, blocks, (long) b * type.blockBytes(), 0.37f * (b - 5));
            if (type.hasBias()) {
                BlockCodec.setMinimum(blocks, (long) b * type.blockBytes(), 1e-6f * (b - 3));
            }
        }
        assertWrittenBack(type, random);
    }

    private static void assertDecodes(BlockType type, byte[] blocks, float[] expected) {
        int half = expected.length / 2;
        Weight weight = Goldens.weight(new MatrixShape(2, half), new Blocks(type), blocks);
        float[] fast = new float[half];
        for (int row = 0; row < 2; row++) {
            new RowDecoder(weight).copyRow(row, fast, 0);
            for (int col = 0; col < half; col++) {
                float value = expected[row * half + col];
                assertSame(value, (float) ReferenceCodec.decode(weight, row, col), row, col);
                assertSame(value, fast[col], row, col);
            }
        }
    }

    /** Bit for bit but for the sign of zeros, of which ggml has both and a sum with 0 one. */
    private static void assertSame(float expected, float actual, int row, int col) {
        assertEquals(
                Float.floatToIntBits(expected + 0f),
                Float.floatToIntBits(actual + 0f),
                () -> "(%d, %d): expected %s, got %s".formatted(row, col, expected, actual));
    }

    private static void assertWrittenBack(BlockType type, byte[] blocks) {
        int cols = blocks.length / type.blockBytes() * type.blockWeights();
        MatrixShape shape = MatrixShape.vector(cols);
        Weight weight = Goldens.weight(shape, new Blocks(type), blocks);
        var writer = new WeightWriter("w", shape, weight.format(), Arena.ofAuto());
        for (int b = 0; b < cols / type.blockWeights(); b++) {
            int at = b * type.blockBytes();
            writer.setScale(0, b, half(blocks, type == BlockType.Q6_K ? at + 208 : at));
            if (type.hasBias()) {
                writer.setBias(0, b, half(blocks, at + 2));
            }
            for (int g = 0; g < type.blockWeights() / type.groupWeights(); g++) {
                int group = b * (type.blockWeights() / type.groupWeights()) + g;
                switch (type) {
                    case Q8_0, Q5_0, Q4_0, Q4_1 -> {}
                    case Q6_K -> writer.setGroupIntegers(0, group, blocks[at + 192 + g], 0);
                    case Q4_K ->
                            writer.setGroupIntegers(
                                    0, group, scaleOf4(blocks, at, g), minimumOf4(blocks, at, g));
                }
            }
        }
        for (int col = 0; col < cols; col++) {
            writer.setCode(0, col, ReferenceCodec.code(weight, 0, col));
        }
        assertArrayEquals(blocks, writer.weight().codes().toArray(ValueLayout.JAVA_BYTE));
    }

    private static int scaleOf4(byte[] s, int at, int g) {
        return g < 4 ? s[at + 4 + g] & 63 : (s[at + 8 + g] & 15) | ((s[at + g] & 0xc0) >> 2);
    }

    private static int minimumOf4(byte[] s, int at, int g) {
        return g < 4
                ? s[at + 8 + g] & 63
                : ((s[at + 8 + g] & 0xf0) >> 4) | ((s[at + 4 + g] & 0xc0) >> 2);
    }

    private static float half(byte[] bytes, int at) {
        return Float.float16ToFloat((short) ((bytes[at] & 0xff) | bytes[at + 1] << 8));
    }
}
