package dev.trilobit.backend.cpu;

import dev.trilobit.api.quant.BlockType;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/**
 * Takes the codes out of a row of blocks, eight at a time, and lines them up: those of four bits as
 * half bytes, the first in the low half, wider ones as bytes. {@link
 * dev.trilobit.api.quant.BlockCodec} says where they come from.
 */
final class BlockRow {
    private static final VarHandle LONG =
            MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
    private static final VarHandle INT =
            MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfLong BYTES =
            ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

    private static final long ONES = 0x0101010101010101L;
    private static final long LOW_HALVES = 0x0f0f0f0f0f0f0f0fL;
    private static final long TOPS = 0x8080808080808080L;
    private static final int STEP = 8;

    private BlockRow() {}

    /** Bits that a code takes in a row that was unpacked: 4 or 8. */
    static int bits(BlockType type) {
        return type.bits() == 4 ? 4 : 8;
    }

    /**
     * Unpacks a row.
     *
     * @param from first byte of the row in {@code blocks}
     * @param cols codes of the row, a multiple of the block
     * @param row out: from its first byte on
     */
    static void unpack(BlockType type, MemorySegment blocks, long from, int cols, byte[] row) {
        int bytes = type.blockWeights() * bits(type) / 8;
        long block = from;
        for (int at = 0; at < cols * bits(type) / 8; at += bytes) {
            switch (type) {
                case Q8_0 -> bytes(blocks, block + 2, row, at);
                case Q6_K -> sixBits(blocks, block, row, at);
                case Q5_0 -> fiveBits(blocks, block, row, at);
                case Q4_0 -> fourBits(blocks, block + 2, 16, row, at);
                case Q4_1 -> fourBits(blocks, block + 4, 16, row, at);
                case Q4_K -> {
                    for (int pair = 0; pair < 4; pair++) {
                        fourBits(blocks, block + 16 + 32L * pair, 32, row, at + 32 * pair);
                    }
                }
            }
            block += type.blockBytes();
        }
    }

    /** Signed bytes become codes by 128 more, which flips the highest bit. */
    private static void bytes(MemorySegment blocks, long from, byte[] row, int at) {
        for (int i = 0; i < 32; i += STEP) {
            LONG.set(row, at + i, blocks.get(BYTES, from + i) ^ TOPS);
        }
    }

    /** The low halves of {@code count} bytes are the first codes, the high halves the next. */
    private static void fourBits(MemorySegment blocks, long from, int count, byte[] row, int at) {
        for (int i = 0; i < count; i += STEP) {
            long halves = blocks.get(BYTES, from + i);
            INT.set(row, at + i / 2, joined(halves & LOW_HALVES));
            INT.set(row, at + (count + i) / 2, joined((halves >>> 4) & LOW_HALVES));
        }
    }

    /** Moves the low halves of eight bytes next to each other. */
    private static int joined(long halves) {
        long v = (halves | (halves >>> 4)) & 0x00ff00ff00ff00ffL;
        v = (v | (v >>> 8)) & 0x0000ffff0000ffffL;
        return (int) (v | (v >>> 16));
    }

    private static void fiveBits(MemorySegment blocks, long block, byte[] row, int at) {
        for (int i = 0; i < 32; i += STEP) {
            long low = blocks.get(BYTES, block + 6 + i % 16) >>> (i / 16 * 4);
            long high = blocks.get(ValueLayout.JAVA_BYTE, block + 2 + i / 8) & 0xff;
            // Byte k keeps bit k, which then carries into the byte's highest bit.
            long bit = ((high * ONES & 0x8040201008040201L) + 0x7f7f7f7f7f7f7f7fL) & TOPS;
            LONG.set(row, at + i, (low & LOW_HALVES) | (bit >>> 3));
        }
    }

    private static void sixBits(MemorySegment blocks, long block, byte[] row, int at) {
        for (int i = 0; i < 256; i += STEP) {
            long low = blocks.get(BYTES, block + i / 128 * 64L + i % 64) >>> (i / 64 % 2 * 4);
            long high = blocks.get(BYTES, block + 128 + i / 128 * 32L + i % 32);
            long top = (high >>> (i / 32 % 4 * 2)) & (3 * ONES);
            LONG.set(row, at + i, (low & LOW_HALVES) | (top << 4));
        }
    }
}
