package dev.trilobit.conformance.mutant;

import dev.trilobit.api.quant.BlockType;

/** Reads one block, as the javadoc of its type says. */
final class BlockReader {
    private final BlockType type;
    private final byte[] bytes;
    private final int block;
    private final Faults faults;

    /**
     * Prepares to read.
     *
     * @param block first byte of the block
     */
    BlockReader(BlockType type, byte[] bytes, int block, Faults faults) {
        this.type = type;
        this.bytes = bytes;
        this.block = block;
        this.faults = faults;
    }

    /** Number of weight {@code i} before scale and bias. */
    int number(int i) {
        int zero =
                switch (type) {
                    case Q8_0, Q4_1, Q4_K -> 0;
                    case Q6_K -> 32;
                    case Q5_0 -> 16;
                    case Q4_0 -> 8;
                };
        return code(i) - (zero > 0 && faults.has(Fault.BLOCK_CENTRE_OFF) ? zero - 1 : zero);
    }

    private int code(int i) {
        return switch (type) {
            case Q8_0 -> bytes[block + 2 + i];
            case Q6_K -> {
                int half = i / 128;
                int quarter = i / 32 % 4;
                int low = half(64 * half + 32 * (quarter % 2) + i % 32, quarter / 2);
                yield low | (at(128 + 32 * half + i % 32) >> (2 * quarter) & 3) << 4;
            }
            case Q5_0 -> half(6 + i % 16, i / 16) | (at(2 + i / 8) >> (i % 8) & 1) << 4;
            case Q4_0 -> half(2 + i % 16, i / 16);
            case Q4_1 -> half(4 + i % 16, i / 16);
            case Q4_K -> half(16 + 32 * (i / 64) + i % 32, i / 32 % 2);
        };
    }

    /** Scale of weight {@code i}. */
    float scale(int i) {
        return switch (type) {
            case Q8_0, Q5_0, Q4_0, Q4_1 -> f16(0);
            case Q6_K -> f16(208) * bytes[block + 192 + group(i, 16)];
            case Q4_K -> f16(0) * sixBits(0, group(i, 32));
        };
    }

    /** Bias of weight {@code i}. */
    float bias(int i) {
        return switch (type) {
            case Q8_0, Q6_K, Q5_0, Q4_0 -> 0;
            case Q4_1 -> f16(2);
            case Q4_K -> {
                float minimum = f16(2) * sixBits(4, i / 32);
                yield faults.has(Fault.BLOCK_MINIMUM_ADDED) ? minimum : -minimum;
            }
        };
    }

    private int group(int i, int size) {
        int groups = type.blockWeights() / size;
        return (i / size + (faults.has(Fault.BLOCK_GROUP_SHIFTED) ? 1 : 0)) % groups;
    }

    /**
     * Scale (from 0) or minimum (from 4) of a group: low bits here, of the last four also there.
     */
    private int sixBits(int from, int g) {
        if (g < 4) {
            return at(4 + from + g) & 63;
        }
        return half(4 + 4 + g, from / 4) | at(4 + from + g - 4) >> 6 << 4;
    }

    private int half(int at, int which) {
        int read = faults.has(Fault.BLOCK_HALVES_SWAPPED) ? 1 - which : which;
        return at(at) >> (4 * read) & 15;
    }

    private int at(int at) {
        return bytes[block + at] & 0xff;
    }

    private float f16(int at) {
        return Float.float16ToFloat((short) (at(at) | at(at + 1) << 8));
    }
}
