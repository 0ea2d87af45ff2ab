package dev.trilobit.api.quant;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * Reads and writes the fields of one block of a {@link BlockType}, written to be read rather than
 * to be fast. A block is named by its first byte in {@code blocks}; weights and groups are counted
 * within it.
 */
public final class BlockCodec {
    private static final int Q6_K_HIGH = 128;
    private static final int Q6_K_SCALES = 192;
    private static final int Q6_K_D = 208;
    private static final int Q4_K_SCALES = 4;
    private static final int Q4_K_CODES = 16;

    private BlockCodec() {}

    /** Returns the stored code of weight {@code i}: 0 to 2^bits - 1. */
    public static int code(BlockType type, MemorySegment blocks, long block, int i) {
        return switch (type) {
            case Q8_0 -> blocks.get(ValueLayout.JAVA_BYTE, block + 2 + i) + type.centre();
            case Q6_K -> {
                int low = half(blocks, block + lowByte6(i), i / 64 % 2);
                int high = unsigned(blocks, block + highByte6(i)) >>> (2 * (i / 32 % 4)) & 3;
                yield high << 4 | low;
            }
            case Q5_0 -> {
                int high = unsigned(blocks, block + 2 + i / 8) >>> (i % 8) & 1;
                yield high << 4 | half(blocks, block + 6 + i % 16, i / 16);
            }
            case Q4_0 -> half(blocks, block + 2 + i % 16, i / 16);
            case Q4_1 -> half(blocks, block + 4 + i % 16, i / 16);
            case Q4_K -> half(blocks, block + codeByte4(i), i / 32 % 2);
        };
    }

    /**
     * Returns the scale of group {@code g}: d, or d times the group's integer, which is exact in a
     * double and in f32.
     */
    public static double scale(BlockType type, MemorySegment blocks, long block, int g) {
        return scaleUnit(type, blocks, block) * scaleMultiple(type, blocks, block, g);
    }

    /** Returns d, an f16 of which the scales of all groups are multiples. */
    public static double scaleUnit(BlockType type, MemorySegment blocks, long block) {
        return f16(blocks, type == BlockType.Q6_K ? block + Q6_K_D : block);
    }

    /** Returns the integer of group {@code g}'s scale, -128 to 127; 1 where a block is a group. */
    public static int scaleMultiple(BlockType type, MemorySegment blocks, long block, int g) {
        return switch (type) {
            case Q8_0, Q5_0, Q4_0, Q4_1 -> 1;
            case Q6_K, Q4_K -> groupScale(type, blocks, block, g);
        };
    }

    /** Returns the bias of group {@code g}: m, or -dmin times the group's integer; else zero. */
    public static double bias(BlockType type, MemorySegment blocks, long block, int g) {
        return biasUnit(type, blocks, block) * biasMultiple(type, blocks, block, g);
    }

    /** Returns m or -dmin, an f16 of which the biases of all groups are multiples; else zero. */
    public static double biasUnit(BlockType type, MemorySegment blocks, long block) {
        return switch (type) {
            case Q8_0, Q6_K, Q5_0, Q4_0 -> 0;
            case Q4_1 -> f16(blocks, block + 2);
            case Q4_K -> -f16(blocks, block + 2);
        };
    }

    /** Returns the integer of group {@code g}'s bias, 0 to 63; 1 where a block is a group. */
    public static int biasMultiple(BlockType type, MemorySegment blocks, long block, int g) {
        return switch (type) {
            case Q8_0, Q6_K, Q5_0, Q4_0, Q4_1 -> 1;
            case Q4_K -> groupMinimum(blocks, block, g);
        };
    }

    /** Returns {@code scale * (code - centre) + bias} of weight {@code i}: one rounded sum. */
    public static double decode(BlockType type, MemorySegment blocks, long block, int i) {
        int g = i / type.groupWeights();
        double product =
                scale(type, blocks, block, g) * (code(type, blocks, block, i) - type.centre());
        return type.hasBias() ? product + bias(type, blocks, block, g) : product;
    }

    private static int groupScale(BlockType type, MemorySegment blocks, long block, int g) {
        if (type == BlockType.Q6_K) {
            return blocks.get(ValueLayout.JAVA_BYTE, block + Q6_K_SCALES + g);
        }
        long s = block + Q4_K_SCALES;
        return g < 4
                ? unsigned(blocks, s + g) & 63
                : (unsigned(blocks, s + g + 4) & 15) | (unsigned(blocks, s + g - 4) >>> 6 << 4);
    }

    private static int groupMinimum(MemorySegment blocks, long block, int g) {
        long s = block + Q4_K_SCALES;
        return g < 4
                ? unsigned(blocks, s + g + 4) & 63
                : unsigned(blocks, s + g + 4) >>> 4 | unsigned(blocks, s + g) >>> 6 << 4;
    }

    private static int lowByte6(int i) {
        return i / 128 * 64 + i % 64;
    }

    private static int highByte6(int i) {
        return Q6_K_HIGH + i / 128 * 32 + i % 32;
    }

    private static int codeByte4(int i) {
        return Q4_K_CODES + i / 64 * 32 + i % 32;
    }

    private static double f16(MemorySegment blocks, long at) {
        return FloatType.F16.get(blocks.asSlice(at, Short.BYTES), 0);
    }

    private static int unsigned(MemorySegment blocks, long at) {
        return Byte.toUnsignedInt(blocks.get(ValueLayout.JAVA_BYTE, at));
    }

    private static int half(MemorySegment blocks, long at, int which) {
        return unsigned(blocks, at) >>> (4 * which) & 15;
    }

    /** Sets the code of weight {@code i}. */
    static void setCode(BlockType type, MemorySegment blocks, long block, int i, int code) {
        switch (type) {
            case Q8_0 ->
                    blocks.set(ValueLayout.JAVA_BYTE, block + 2 + i, (byte) (code - type.centre()));
            case Q6_K -> {
                setBits(blocks, block + lowByte6(i), 4 * (i / 64 % 2), 4, code);
                setBits(blocks, block + highByte6(i), 2 * (i / 32 % 4), 2, code >>> 4);
            }
            case Q5_0 -> {
                setBits(blocks, block + 2 + i / 8, i % 8, 1, code >>> 4);
                setBits(blocks, block + 6 + i % 16, 4 * (i / 16), 4, code);
            }
            case Q4_0 -> setBits(blocks, block + 2 + i % 16, 4 * (i / 16), 4, code);
            case Q4_1 -> setBits(blocks, block + 4 + i % 16, 4 * (i / 16), 4, code);
            case Q4_K -> setBits(blocks, block + codeByte4(i), 4 * (i / 32 % 2), 4, code);
        }
    }

    /** Sets d, rounded to f16. */
    static void setScale(BlockType type, MemorySegment blocks, long block, float d) {
        long at = type == BlockType.Q6_K ? block + Q6_K_D : block;
        FloatType.F16.set(blocks.asSlice(at, Short.BYTES), 0, d);
    }

    /** Sets m of {@link BlockType#Q4_1} or dmin of {@link BlockType#Q4_K}, rounded to f16. */
    static void setMinimum(MemorySegment blocks, long block, float m) {
        FloatType.F16.set(blocks.asSlice(block + 2, Short.BYTES), 0, m);
    }

    /** Sets the integer scale of a group of {@link BlockType#Q6_K}: -128 to 127. */
    static void setGroupScale6(MemorySegment blocks, long block, int g, int scale) {
        blocks.set(ValueLayout.JAVA_BYTE, block + Q6_K_SCALES + g, (byte) scale);
    }

    /** Sets the integer scale and minimum of a group of {@link BlockType#Q4_K}: 0 to 63 each. */
    static void setGroup4(MemorySegment blocks, long block, int g, int scale, int minimum) {
        long s = block + Q4_K_SCALES;
        if (g < 4) {
            setBits(blocks, s + g, 0, 6, scale);
            setBits(blocks, s + g + 4, 0, 6, minimum);
        } else {
            setBits(blocks, s + g + 4, 0, 4, scale);
            setBits(blocks, s + g + 4, 4, 4, minimum);
            setBits(blocks, s + g - 4, 6, 2, scale >>> 4);
            setBits(blocks, s + g, 6, 2, minimum >>> 4);
        }
    }

    private static void setBits(MemorySegment blocks, long at, int shift, int width, int value) {
        int mask = (1 << width) - 1;
        int old = blocks.get(ValueLayout.JAVA_BYTE, at);
        blocks.set(
                ValueLayout.JAVA_BYTE,
                at,
                (byte) ((old & ~(mask << shift)) | ((value & mask) << shift)));
    }
}
