package dev.trilobit.model.file;

import static dev.trilobit.model.file.GgufBytes.array;
import static dev.trilobit.model.file.GgufBytes.int32;
import static dev.trilobit.model.file.GgufBytes.int64;
import static dev.trilobit.model.file.GgufBytes.string;
import static dev.trilobit.model.file.GgufCases.assertMessage;
import static dev.trilobit.model.file.GgufCases.read;
import static dev.trilobit.model.file.GgufCases.refused;
import static org.junit.jupiter.api.Assertions.assertAll;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class GgufMetadataTest {
    /** The first value: behind the header, the length and text of the key and the type. */
    private static final String AT = "key k at byte 37: ";

    @ParameterizedTest
    @CsvSource({"0,1,255", "1,1,-1", "2,2,65535", "3,2,-1", "4,4,4294967295", "5,4,-1", "11,8,-1"})
    void integersOfEveryWidthAreRead(int type, int bytes, long expected) {
        GgufMetadata metadata = of(type, Arrays.copyOf(int64(-1), bytes));
        assertAll(
                () -> assertEquals(OptionalLong.of(expected), metadata.integer("k")),
                () -> assertEquals((double) expected, metadata.number("k").orElseThrow()));
    }

    @Test
    void unsignedLongIsReadIfItIsALong() {
        assertEquals(OptionalLong.of(Long.MAX_VALUE), of(10, int64(Long.MAX_VALUE)).integer("k"));
        wrong(
                () -> of(10, int64(-1)).integer("k"),
                AT + "expected an integer below 2^63, got 18446744073709551615");
    }

    @Test
    void floatsOfBothWidthsAreRead() {
        assertAll(
                () ->
                        assertEquals(
                                OptionalDouble.of(0.1f),
                                of(6, int32(Float.floatToIntBits(0.1f))).number("k")),
                () ->
                        assertEquals(
                                OptionalDouble.of(0.1),
                                of(12, int64(Double.doubleToLongBits(0.1))).number("k")));
    }

    @Test
    void flagsAreRead() {
        assertAll(
                () -> assertTrue(of(7, new byte[] {1}).flag("k").orElseThrow()),
                () -> assertFalse(of(7, new byte[] {0}).flag("k").orElseThrow()));
        wrong(() -> of(7, new byte[] {2}).flag("k"), AT + "expected a bool, 0 or 1, got 2");
    }

    @Test
    void stringsAreRead() {
        assertEquals("Grüße \ufffd", of(8, string("Grüße \ufffd")).string("k").orElseThrow());
    }

    @Test
    void stringThatIsNoUtf8IsRefusedWhenAskedFor() {
        GgufMetadata metadata = of(8, new byte[] {1, 0, 0, 0, 0, 0, 0, 0, (byte) 0x80});
        wrong(() -> metadata.string("k"), AT + "expected UTF-8");
    }

    @Test
    void arraysOfStringsAreRead() {
        GgufMetadata metadata = of(9, array(8, 3, string("a"), string(""), string("ccc")));
        assertAll(
                () -> assertEquals(List.of("a", "", "ccc"), metadata.strings("k")),
                () -> assertTrue(metadata.isArray("k")),
                () -> assertEquals("array of 3 string", metadata.typeLabel("k").orElseThrow()));
    }

    @Test
    void arraysOfIntegersAreRead() {
        assertAll(
                () ->
                        assertArrayEquals(
                                new int[] {-1, 7},
                                of(9, array(5, 2, int32(-1), int32(7))).integers("k")),
                () ->
                        assertArrayEquals(
                                new int[] {255, 1},
                                of(9, array(0, 2, new byte[] {-1, 1})).integers("k")),
                () ->
                        assertArrayEquals(
                                new int[] {1, 0},
                                of(9, array(7, 2, new byte[] {1, 0})).integers("k")));
        wrong(
                () -> of(9, array(4, 1, int32(-1))).integers("k"),
                AT + "expected integers of 32 bits, got 4294967295");
    }

    @Test
    void arraysOfBytesStayWhereTheyAre() {
        byte[] bytes = {0, 1, -1, 127};
        assertAll(
                () ->
                        assertArrayEquals(
                                bytes,
                                of(9, array(0, 4, bytes))
                                        .bytes("k")
                                        .toArray(ValueLayout.JAVA_BYTE)),
                () -> assertEquals(4, of(9, array(1, 4, bytes)).bytes("k").byteSize()),
                () -> assertEquals(0, of(9, array(8, 0)).bytes("k").byteSize()),
                () -> assertEquals(0, read(new GgufBytes()).metadata().bytes("k").byteSize()));
        wrong(
                () -> of(9, array(4, 1, int32(7))).bytes("k"),
                AT + "expected an array of bytes, got array of 1 uint32");
    }

    @Test
    void arraysOfNumbersAreRead() {
        assertAll(
                () ->
                        assertArrayEquals(
                                new float[] {0.5f, -2},
                                of(9, array(6, 2, int32(0x3f000000), int32(0xc0000000)))
                                        .numbers("k")),
                () ->
                        assertArrayEquals(
                                new float[] {3}, of(9, array(4, 1, int32(3))).numbers("k")));
    }

    @Test
    void emptyArraysAreRead() {
        GgufMetadata metadata = of(9, array(8, 0));
        assertAll(
                () -> assertEquals(List.of(), metadata.strings("k")),
                () -> assertEquals(0, metadata.integers("k").length),
                () -> assertEquals(0, metadata.numbers("k").length));
    }

    @Test
    void arraysWithinArraysArePassedOver() {
        byte[] inner = array(9, 2, array(8, 1, string("x")), array(0, 3, new byte[3]));
        GgufMetadata metadata =
                read(new GgufBytes().array("k", 9, inner, inner).uint32("after", 5)).metadata();
        assertAll(
                () -> assertEquals(OptionalLong.of(5), metadata.integer("after")),
                () -> assertEquals("array of 2 array", metadata.typeLabel("k").orElseThrow()));
    }

    @Test
    void absentKeysAreEmptyAnswers() {
        GgufMetadata metadata = read(new GgufBytes()).metadata();
        assertAll(
                () -> assertFalse(metadata.has("k")),
                () -> assertFalse(metadata.isArray("k")),
                () -> assertTrue(metadata.string("k").isEmpty()),
                () -> assertTrue(metadata.integer("k").isEmpty()),
                () -> assertTrue(metadata.number("k").isEmpty()),
                () -> assertTrue(metadata.flag("k").isEmpty()),
                () -> assertEquals(List.of(), metadata.strings("k")),
                () -> assertEquals(0, metadata.integers("k").length),
                () -> assertEquals(0, metadata.numbers("k").length));
    }

    @Test
    void valuesOfOtherTypesAreRefused() {
        GgufMetadata number = of(4, int32(7));
        GgufMetadata text = of(8, string("x"));
        GgufMetadata texts = of(9, array(8, 1, string("x")));
        GgufMetadata numbers = of(9, array(4, 1, int32(7)));
        assertAll(
                () -> wrong(() -> number.string("k"), AT + "expected a string, got uint32"),
                () -> wrong(() -> number.flag("k"), AT + "expected a bool, got uint32"),
                () -> wrong(() -> number.strings("k"), "expected an array of strings, got uint32"),
                () ->
                        wrong(
                                () -> number.integers("k"),
                                "expected an array of integers, got uint32"),
                () -> wrong(() -> number.numbers("k"), "expected an array of numbers, got uint32"),
                () -> wrong(() -> text.integer("k"), AT + "expected an integer, got string"),
                () -> wrong(() -> text.number("k"), AT + "expected a number, got string"),
                () -> wrong(() -> texts.string("k"), "expected a string, got array of 1 string"),
                () -> wrong(() -> texts.integers("k"), "integers, got array of 1 string"),
                () -> wrong(() -> texts.numbers("k"), "numbers, got array of 1 string"),
                () -> wrong(() -> numbers.strings("k"), "strings, got array of 1 uint32"));
    }

    @Test
    void keysAreInTheOrderOfTheFile() {
        GgufMetadata metadata =
                read(new GgufBytes().uint32("z", 1).uint32("a", 2).uint32("m", 3)).metadata();
        assertEquals(List.of("z", "a", "m"), List.copyOf(metadata.keys()));
    }

    @Test
    void keyThatComesTwiceIsRefused() {
        refused(
                new GgufBytes().uint32("k", 1).uint32("k", 1).tensor("t", 13, new byte[176], 256),
                "2 problems",
                "key k at byte 41: expected once, got it with a value at byte 37 too",
                "Q5_K");
    }

    @Test
    void unknownTypeIsRefused() {
        refused(
                new GgufBytes().key("k", 13, new byte[8]),
                "key k at byte 33: expected a type of value from 0 to 12, got 13");
    }

    @Test
    void unknownTypeOfElementsIsRefused() {
        refused(new GgufBytes().key("k", 9, array(99, 1)), "key k at byte 37", "got 99");
    }

    @Test
    void absurdCountIsRefused() {
        refused(
                new GgufBytes().key("k", 9, array(8, 1L << 40)),
                "key k at byte 41: expected at most",
                "got 1099511627776");
    }

    @Test
    void countThatOverflowsIsRefused() {
        refused(new GgufBytes().key("k", 9, array(10, 1L << 61)), "got 2305843009213693952");
    }

    @Test
    void absurdLengthIsRefused() {
        refused(
                new GgufBytes().key("k", 8, int64(Long.MIN_VALUE)),
                "key k at byte 37: expected a length of at most",
                "got 9223372036854775808");
    }

    @Test
    void arraysNestedWithoutEndAreRefused() {
        byte[] nested = array(0, 0);
        for (int i = 0; i < 20; i++) {
            nested = array(9, 1, nested);
        }
        refused(new GgufBytes().key("k", 9, nested), "key k at byte", "at most 16 deep");
    }

    @ParameterizedTest
    @CsvSource({"0", "3", "48", "-2147483647"})
    void alignmentThatIsNoPowerOfTwoIsRefused(int alignment) {
        refused(
                new GgufBytes().uint32("general.alignment", alignment),
                "key general.alignment: expected a power of two up to 2^31, got "
                        + Integer.toUnsignedString(alignment));
    }

    @Test
    void alignmentThatIsNoIntegerIsRefused() {
        refused(
                new GgufBytes().string("general.alignment", "32"),
                "key general.alignment at byte",
                "expected an integer, got string");
    }

    private static GgufMetadata of(int type, byte[] value) {
        return read(new GgufBytes().key("k", type, value)).metadata();
    }

    private static void wrong(Executable call, String... parts) {
        assertMessage(assertThrows(ModelFormatException.class, call), parts);
    }
}
