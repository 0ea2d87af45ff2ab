package dev.trilobit.api.quant;

import static dev.trilobit.api.quant.PackedBytes.weight;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** {@link ReferenceCodec} against bytes written by hand from the javadoc of each format. */
class ReferenceCodecBytesTest {
    private static final ScaleGranularity TENSOR = new ScaleGranularity.PerTensor();

    @Test
    void denseF32IsLittleEndianAndRowMajor() {
        Weight w = weight(new Dense(FloatType.F32), 2, 2, "0000803f 000000c0 0000003f 00004040");

        assertArrayEquals(new double[] {1, -2}, ReferenceCodec.decodeRow(w, 0));
        assertArrayEquals(new double[] {0.5, 3}, ReferenceCodec.decodeRow(w, 1));
    }

    @Test
    void denseF16AndBf16DifferInTheSameBytes() {
        assertArrayEquals(
                new double[] {1, -2},
                ReferenceCodec.decodeRow(weight(new Dense(FloatType.F16), 1, 2, "003c 00c0"), 0));
        assertArrayEquals(
                new double[] {0.0078125, -2},
                ReferenceCodec.decodeRow(weight(new Dense(FloatType.BF16), 1, 2, "003c 00c0"), 0));
    }

    @Test
    void consecutiveTernaryFillsAByteFromTheLowBits() {
        // Codes 0 1 2 1 are 0b01_10_01_00 = 0x64; a row of five starts anew on a byte.
        Weight w =
                weight(
                        new Ternary(TernaryPacking.CONSECUTIVE, TENSOR),
                        2,
                        5,
                        "64 02 aa 00",
                        "0000003f");

        assertArrayEquals(new double[] {-.5, 0, .5, 0, .5}, ReferenceCodec.decodeRow(w, 0));
        assertArrayEquals(new double[] {.5, .5, .5, .5, -.5}, ReferenceCodec.decodeRow(w, 1));
    }

    @Test
    void rowQuartersPutRowsAQuarterApartIntoAByte() {
        // Byte 0 holds rows 0, 2, 4, 6 of column 0: codes 2 1 0 2 are 0b10_00_01_10 = 0x86.
        // Byte 1 holds rows 1, 3, 5, 7: codes 0 0 1 2 are 0b10_01_00_00 = 0x90.
        Weight w =
                weight(new Ternary(TernaryPacking.ROW_QUARTERS, TENSOR), 8, 1, "86 90", "00000040");

        int[] codes = IntStream.range(0, 8).map(r -> ReferenceCodec.code(w, r, 0)).toArray();

        assertArrayEquals(new int[] {2, 0, 1, 0, 0, 1, 2, 2}, codes);
        assertEquals(2, ReferenceCodec.decode(w, 0, 0));
        assertEquals(-2, ReferenceCodec.decode(w, 1, 0));
    }

    @Test
    void groupScalesCountAlongTheRowAndTheTailHasItsOwn() {
        // Groups of 2 in rows of 3: scales 1, 2 for row 0 and 4, 8 for row 1; all codes are 2.
        var scales = new ScaleGranularity.PerGroup(2, FloatType.F16);
        Weight w =
                weight(
                        new Ternary(TernaryPacking.CONSECUTIVE, scales),
                        2,
                        3,
                        "2a 2a",
                        "003c 0040 0044 0048");

        assertArrayEquals(new double[] {1, 1, 2}, ReferenceCodec.decodeRow(w, 0));
        assertArrayEquals(new double[] {4, 4, 8}, ReferenceCodec.decodeRow(w, 1));
    }

    @Test
    void symmetricBitsAreSigns() {
        // Bits from the lowest: 1 0 1 1 0 0 0 0 | 1.
        Weight w =
                weight(
                        new Binary(8, Binary.Mode.SYMMETRIC, FloatType.BF16),
                        1,
                        9,
                        "0d 01",
                        "0040 803f");

        assertArrayEquals(
                new double[] {2, -2, 2, 2, -2, -2, -2, -2, 1}, ReferenceCodec.decodeRow(w, 0));
    }

    @Test
    void affineBitsScaleAndShift() {
        Weight w =
                weight(
                        new Binary(2, Binary.Mode.AFFINE, FloatType.F32),
                        1,
                        3,
                        "05",
                        "0000003f 00008040",
                        "000080bf 00000040");

        assertArrayEquals(new double[] {-0.5, -1, 6}, ReferenceCodec.decodeRow(w, 0));
    }

    @Test
    void threeBitCodesStraddleBytes() {
        // 7 0 5 2 6 1 3 4 1 from the lowest bit: 111 000 101 010 011 100 110 001 | 100.
        assertCodes(3, "47 e5 8c 01", 7, 0, 5, 2, 6, 1, 3, 4, 1);
    }

    @Test
    void fiveBitCodesStraddleBytes() {
        // 31 + (1 << 5) + (16 << 10) + (10 << 15) + (21 << 20) + (3 << 25) = 0x0755403f.
        assertCodes(5, "3f 40 55 07", 31, 1, 16, 10, 21, 3);
    }

    @Test
    void sixBitCodesStraddleBytes() {
        // 63 + (1 << 6) + (32 << 12) + (42 << 18) = 0xaa007f... | 21.
        assertCodes(6, "7f 00 aa 15", 63, 1, 32, 42, 21);
    }

    @Test
    void twoFourAndEightBitCodesFillBytesFromTheLowBits() {
        assertCodes(2, "e4 01", 0, 1, 2, 3, 1);
        assertCodes(4, "f1 08", 1, 15, 8);
        assertCodes(8, "00 ff 7f", 0, 255, 127);
    }

    /** With scale 2 and bias -1 in f16, over two rows of the same bytes. */
    private static void assertCodes(int bits, String row, int... codes) {
        int cols = codes.length;
        Weight w =
                weight(
                        new Affine(bits, cols, FloatType.F16),
                        2,
                        cols,
                        row + row,
                        "0040 0040",
                        "00bc 00bc");
        double[] expected = IntStream.of(codes).mapToDouble(q -> 2.0 * q - 1).toArray();

        for (int r = 0; r < 2; r++) {
            for (int c = 0; c < cols; c++) {
                assertEquals(codes[c], ReferenceCodec.code(w, r, c), "code " + c);
            }
            assertArrayEquals(expected, ReferenceCodec.decodeRow(w, r));
        }
    }
}
