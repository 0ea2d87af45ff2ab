package dev.trilobit.model.layout;

import java.util.function.IntBinaryOperator;
import java.util.function.IntUnaryOperator;

/**
 * How a byte holds four or five codes of 0 to 2 or 3. Codes of four neighbouring bytes are moved at
 * once, through tables of what each byte means.
 */
final class Digits {
    private static final int BYTES = 256;
    private static final int FOUR_LANES = 4;

    /** Two bits each, the first code in the low ones. */
    static final Digits LOW_BITS_FIRST =
            new Digits(4, (b, n) -> (b >>> (2 * n)) & 3, (code, n) -> code << (2 * n), sum -> sum);

    /** Two bits each, the first code in the high ones. */
    static final Digits HIGH_BITS_FIRST =
            new Digits(
                    4,
                    (b, n) -> (b >>> (6 - 2 * n)) & 3,
                    (code, n) -> code << (6 - 2 * n),
                    sum -> sum);

    /**
     * Five digits of base 3, the first the most significant, of the number {@code q}; the byte is
     * {@code ceil(q * 256 / 243)}, so that multiplying it by 3 moves the next digit above its eight
     * bits. Source: ggml {@code quantize_row_tq1_0_ref}.
     */
    static final Digits BASE_3 =
            new Digits(
                    5,
                    Digits::trit,
                    (code, n) -> code * power(4 - n),
                    sum -> (sum * 256 + 242) / 243);

    private final long[] spread = new long[BYTES];
    private final int[][] parts;
    private final byte[] closed = new byte[BYTES];

    /**
     * Fills the tables.
     *
     * @param count codes of a byte
     * @param read code n of a byte
     * @param part what code n adds to a byte
     * @param close makes the byte of the sum
     */
    private Digits(
            int count, IntBinaryOperator read, IntBinaryOperator part, IntUnaryOperator close) {
        for (int b = 0; b < BYTES; b++) {
            for (int n = 0; n < count; n++) {
                spread[b] |= (long) read.applyAsInt(b, n) << (8 * n);
            }
            closed[b] = (byte) close.applyAsInt(b);
        }
        parts = new int[count][BYTES];
        for (int n = 0; n < count; n++) {
            for (int codes = 0; codes < BYTES; codes++) {
                for (int lane = 0; lane < FOUR_LANES; lane++) {
                    int code = (codes >>> (2 * lane)) & 3;
                    parts[n][codes] += part.applyAsInt(code, n) << (8 * lane);
                }
            }
        }
    }

    private static int trit(int b, int n) {
        return ((b * power(n) & 0xff) * 3) >>> 8;
    }

    private static int power(int exponent) {
        int power = 1;
        for (int i = 0; i < exponent; i++) {
            power *= 3;
        }
        return power;
    }

    /** Returns the codes of a byte: code n is in bits {@code 8 n} and {@code 8 n + 1}. */
    long spread(byte b) {
        return spread[Byte.toUnsignedInt(b)];
    }

    /**
     * Returns what code n adds to each of four bytes, side by side.
     *
     * @param codes those of the four bytes, two bits each, the first in the low ones
     */
    int part(int n, byte codes) {
        return parts[n][Byte.toUnsignedInt(codes)];
    }

    /** Returns the byte of a sum of parts. */
    byte close(int sum) {
        return closed[sum & 0xff];
    }
}
