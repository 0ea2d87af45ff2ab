package dev.trilobit.model.file;

import static org.junit.jupiter.api.Assertions.assertAll;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.ValueLayout;
import java.util.List;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class GgufMetadataBuilderTest {
    @Test
    void valuesAreReadBack() {
        GgufMetadata metadata =
                GgufMetadata.builder("made")
                        .string("string", "Grüße")
                        .flag("flag", true)
                        .uint32("uint32", 4_294_967_295L)
                        .integer("int8", MetadataType.INT8, -128)
                        .float32("float32", 0.1f)
                        .float64("float64", 0.1)
                        .strings("strings", List.of("a", "", "ß"))
                        .integers("integers", MetadataType.INT32, -1, 7)
                        .float32s("floats", 0.5f, -2)
                        .build();
        assertAll(
                () -> assertEquals("made", metadata.label()),
                () -> assertEquals("Grüße", metadata.string("string").orElseThrow()),
                () -> assertTrue(metadata.flag("flag").orElseThrow()),
                () -> assertEquals(OptionalLong.of(4_294_967_295L), metadata.integer("uint32")),
                () -> assertEquals(OptionalLong.of(-128), metadata.integer("int8")),
                () -> assertEquals(OptionalDouble.of(0.1f), metadata.number("float32")),
                () -> assertEquals(OptionalDouble.of(0.1), metadata.number("float64")),
                () -> assertEquals(List.of("a", "", "ß"), metadata.strings("strings")),
                () -> assertArrayEquals(new int[] {-1, 7}, metadata.integers("integers")),
                () -> assertArrayEquals(new float[] {0.5f, -2}, metadata.numbers("floats")));
    }

    @Test
    void valuesAreStoredAsAFileHasThem() {
        GgufMetadata metadata =
                GgufMetadata.builder("made")
                        .strings("strings", List.of("a", "bc"))
                        .integers("integers", MetadataType.UINT16, 1, 65535)
                        .build();
        assertAll(
                () ->
                        assertArrayEquals(
                                GgufBytes.array(
                                        8, 2, GgufBytes.string("a"), GgufBytes.string("bc")),
                                stored(metadata, "strings")),
                () ->
                        assertArrayEquals(
                                GgufBytes.array(2, 2, new byte[] {1, 0, -1, -1}),
                                stored(metadata, "integers")));
    }

    @Test
    void valuesOfAFileAreCopiedWhateverTheirType() {
        byte[] nested = GgufBytes.array(0, 3, new byte[] {1, 2, 3});
        GgufMetadata file = GgufCases.read(new GgufBytes().array("k", 9, nested)).metadata();
        GgufMetadata copy = GgufMetadata.builder("made").copy(file, "k").build();
        assertArrayEquals(GgufBytes.array(9, 1, nested), stored(copy, "k"));
    }

    @Test
    void keySetAgainKeepsItsPlace() {
        GgufMetadata metadata =
                GgufMetadata.builder("made")
                        .uint32("a", 1)
                        .uint32("b", 2)
                        .uint32("c", 3)
                        .string("a", "new")
                        .remove("b")
                        .remove("absent")
                        .build();
        assertAll(
                () -> assertEquals(List.of("a", "c"), List.copyOf(metadata.keys())),
                () -> assertEquals("new", metadata.string("a").orElseThrow()));
    }

    @ParameterizedTest
    @CsvSource({
        "UINT8,256",
        "UINT8,-1",
        "INT8,128",
        "INT8,-129",
        "UINT32,4294967296",
        "INT32,-2147483649"
    })
    void integerThatDoesNotFitIsRefused(MetadataType type, long value) {
        var builder = GgufMetadata.builder("made");
        var error =
                assertThrows(
                        IllegalArgumentException.class, () -> builder.integer("k", type, value));
        assertEquals(
                "key k: %d does not fit %s".formatted(value, type.label()), error.getMessage());
    }

    @Test
    void integerOfAnotherTypeIsRefused() {
        var builder = GgufMetadata.builder("made");
        assertThrows(
                IllegalArgumentException.class,
                () -> builder.integer("k", MetadataType.FLOAT32, 1));
    }

    @Test
    void keyToCopyMustBeThere() {
        GgufMetadata empty = GgufMetadata.builder("empty").build();
        var error =
                assertThrows(
                        IllegalArgumentException.class,
                        () -> GgufMetadata.builder("made").copy(empty, "k"));
        assertEquals("empty has no key k", error.getMessage());
    }

    @Test
    void errorsOfMadeValuesNameNoPlace() {
        GgufMetadata metadata = GgufMetadata.builder("made").uint32("k", 1).build();
        var error = assertThrows(ModelFormatException.class, () -> metadata.string("k"));
        assertEquals("made: key k: expected a string, got uint32", error.getMessage());
    }

    private static byte[] stored(GgufMetadata metadata, String key) {
        MetadataValue value = metadata.values().get(key);
        if (value == null) {
            throw new AssertionError(key + " is not among " + metadata.keys());
        }
        return value.bytes().toArray(ValueLayout.JAVA_BYTE);
    }
}
