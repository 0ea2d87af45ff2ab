package dev.trilobit.model.convert;

import java.util.Arrays;

/**
 * A row of codes as a little-endian bit stream, least significant bit first: how {@code Ternary}
 * (two bits, consecutive), {@code Binary} and {@code Affine} hold theirs.
 */
final class CodeBits {
    private CodeBits() {}

    /** Returns the bytes of {@code count} codes. */
    static int byteSize(int count, int bits) {
        return Math.toIntExact(Math.ceilDiv((long) count * bits, 8L));
    }

    /** Reads as many codes as {@code codes} has. */
    static void unpack(byte[] stream, int bits, int[] codes) {
        int mask = (1 << bits) - 1;
        if (8 % bits == 0) {
            int each = 8 / bits;
            for (int i = 0; i < codes.length; i++) {
                codes[i] = stream[i / each] >>> (bits * (i % each)) & mask;
            }
            return;
        }
        long bit = 0;
        for (int i = 0; i < codes.length; i++, bit += bits) {
            int at = (int) (bit >>> 3);
            int word = Byte.toUnsignedInt(stream[at]);
            if (at + 1 < stream.length) {
                word |= Byte.toUnsignedInt(stream[at + 1]) << 8;
            }
            codes[i] = word >>> (bit & 7) & mask;
        }
    }

    /** Writes all codes; bits behind the last one are zero. */
    static void pack(int[] codes, int bits, byte[] stream) {
        Arrays.fill(stream, (byte) 0);
        if (8 % bits == 0) {
            int each = 8 / bits;
            for (int i = 0; i < codes.length; i++) {
                stream[i / each] |= (byte) (codes[i] << (bits * (i % each)));
            }
            return;
        }
        long bit = 0;
        for (int i = 0; i < codes.length; i++, bit += bits) {
            int at = (int) (bit >>> 3);
            int word = codes[i] << (bit & 7);
            stream[at] |= (byte) word;
            if (word >>> 8 != 0) {
                stream[at + 1] |= (byte) (word >>> 8);
            }
        }
    }
}
