package dev.trilobit.api.quant;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class FloatTypeTest {
    private static final ValueLayout.OfShort SHORT =
            ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

    /** Two bytes of f16 and what they mean by IEEE 754, subnormals included. */
    @ParameterizedTest
    @CsvSource({
        "3c00, 0x1p0",
        "c000, -0x1p1",
        "7bff, 65504",
        "0400, 0x1p-14",
        "03ff, 0x1.ff8p-15",
        "0001, 0x1p-24",
        "8001, -0x1p-24",
        "0000, 0",
        "8000, -0.0",
        "7c00, Infinity",
        "fc00, -Infinity",
        "3555, 0x1.554p-2"
    })
    void f16BitsMean(String bits, String value) {
        assertBothWays(FloatType.F16, bits, value);
    }

    /** Two bytes of bf16 are the upper half of a float; the smallest subnormal is 2^-133. */
    @ParameterizedTest
    @CsvSource({
        "3f80, 0x1p0",
        "c000, -0x1p1",
        "7f7f, 0x1.fep127",
        "0080, 0x1p-126",
        "0001, 0x1p-133",
        "8001, -0x1p-133",
        "0000, 0",
        "8000, -0.0",
        "7f80, Infinity",
        "ff80, -Infinity",
        "3eab, 0x1.56p-2"
    })
    void bf16BitsMean(String bits, String value) {
        assertBothWays(FloatType.BF16, bits, value);
    }

    private static void assertBothWays(FloatType type, String hex, String text) {
        short bits = (short) Integer.parseInt(hex, 16);
        float value = Float.parseFloat(text);
        MemorySegment two = MemorySegment.ofArray(new byte[2]);
        two.set(SHORT, 0, bits);
        assertEquals(value, type.get(two, 0), hex);
        assertEquals(bits, rounded(type, value), text);
    }

    private static short rounded(FloatType type, float value) {
        MemorySegment two = MemorySegment.ofArray(new byte[2]);
        type.set(two, 0, value);
        return two.get(SHORT, 0);
    }

    /** 1 + n * 2^-12: a step of f16 at 1 is 2^-10, so n = 2 and n = 6 lie halfway. */
    @ParameterizedTest
    @CsvSource({
        "0x1.002p0, 3c00",
        "0x1.002002p0, 3c01",
        "0x1.001ffep0, 3c00",
        "0x1.006p0, 3c02",
        "-0x1.006p0, bc02",
        "65519.996, 7bff",
        "65520, 7c00",
        "-65520, fc00",
        "0x1p-25, 0000",
        "0x1.000002p-25, 0001",
        "0x1.8p-24, 0002",
        "-0x1p-26, 8000"
    })
    void f16RoundsToNearestEven(String value, String bits) {
        assertEquals(
                (short) Integer.parseInt(bits, 16),
                rounded(FloatType.F16, Float.parseFloat(value)),
                value);
    }

    /** A step of bf16 at 1 is 2^-7, so 1 + 2^-8 and 1 + 3 * 2^-8 lie halfway. */
    @ParameterizedTest
    @CsvSource({
        "0x1.01p0, 3f80",
        "0x1.010002p0, 3f81",
        "0x1.00fffep0, 3f80",
        "0x1.03p0, 3f82",
        "-0x1.03p0, bf82",
        "0x1.fefffep127, 7f7f",
        "0x1.ffp127, 7f80",
        "-0x1.fffffep127, ff80",
        "0x1p-134, 0000",
        "0x1.8p-133, 0002",
        "-0x1p-135, 8000"
    })
    void bf16RoundsToNearestEven(String value, String bits) {
        assertEquals(
                (short) Integer.parseInt(bits, 16),
                rounded(FloatType.BF16, Float.parseFloat(value)),
                value);
    }

    @ParameterizedTest
    @EnumSource(names = {"F16", "BF16"})
    void everyTwoBytePatternComesBack(FloatType type) {
        MemorySegment two = MemorySegment.ofArray(new byte[2]);
        for (int bits = 0; bits < 1 << 16; bits++) {
            two.set(SHORT, 0, (short) bits);
            float value = type.get(two, 0);
            if (Float.isNaN(value)) {
                assertTrue(Float.isNaN(roundTrip(type, value)), "NaN " + bits);
            } else {
                assertEquals((short) bits, rounded(type, value), "pattern " + bits);
            }
        }
    }

    /** The second has a payload only in the half that bf16 drops; it must not become infinite. */
    @ParameterizedTest
    @ValueSource(ints = {0x7fc00000, 0x7f800001, 0xff800001, 0xffffffff})
    void notANumberStaysNotANumber(int bits) {
        for (FloatType type : FloatType.values()) {
            assertTrue(Float.isNaN(roundTrip(type, Float.intBitsToFloat(bits))), type.suffix());
        }
    }

    private static float roundTrip(FloatType type, float value) {
        MemorySegment four = MemorySegment.ofArray(new byte[4]);
        type.set(four, 0, value);
        return type.get(four, 0);
    }

    @ParameterizedTest
    @EnumSource
    void elementsLieAtTheirIndexAtAnyAlignment(FloatType type) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment odd = arena.allocate(1 + 3L * type.byteSize(), 8).asSlice(1);
            for (int i = 0; i < 3; i++) {
                type.set(odd, i, i - 1.5f);
            }
            for (int i = 0; i < 3; i++) {
                assertEquals(i - 1.5f, type.get(odd, i));
            }
            assertThrows(IndexOutOfBoundsException.class, () -> type.get(odd, 3));
            assertThrows(IndexOutOfBoundsException.class, () -> type.get(odd, -1));
            assertThrows(IndexOutOfBoundsException.class, () -> type.set(odd, 3, 0));
        }
    }

    @Test
    void f32IsLittleEndianAndExact() {
        MemorySegment four = MemorySegment.ofArray(new byte[4]);

        FloatType.F32.set(four, 0, Float.MIN_VALUE);

        assertEquals(1, four.get(ValueLayout.JAVA_BYTE, 0));
        assertEquals(Float.MIN_VALUE, FloatType.F32.get(four, 0));
    }
}
