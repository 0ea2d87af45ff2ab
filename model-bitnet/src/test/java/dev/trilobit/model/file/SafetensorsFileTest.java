package dev.trilobit.model.file;

import static org.junit.jupiter.api.Assertions.assertAll;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class SafetensorsFileTest {
    private static final String FILE = "dir/model.safetensors";

    @Test
    void tensorsLieWhereTheHeaderSays() {
        byte[] file =
                new SafetensorsWriter()
                        .tensor("codes", "U8", new byte[] {1, 2, 3, 4, 5, 6}, 2, 3)
                        .tensor("scale", "BF16", new byte[] {0x00, 0x3f}, 1)
                        .bytes();
        Map<String, StoredTensor> tensors = read(file);
        StoredTensor codes = tensor(tensors, "codes");
        StoredTensor scale = tensor(tensors, "scale");
        assertAll(
                () -> assertEquals(List.of("codes", "scale"), List.copyOf(tensors.keySet())),
                () -> assertEquals(SafetensorsType.U8, codes.type()),
                () -> assertEquals(List.of(2L, 3L), codes.shape()),
                () -> assertEquals(file.length - 8L, codes.byteOffset()),
                () ->
                        assertArrayEquals(
                                new byte[] {1, 2, 3, 4, 5, 6},
                                codes.bytes().toArray(ValueLayout.JAVA_BYTE)),
                () -> assertEquals("BF16 [1]", scale.layout()),
                () -> assertEquals(file.length - 2L, scale.byteOffset()));
    }

    @Test
    void metadataIsNoTensor() {
        byte[] file = SafetensorsWriter.raw("{\"__metadata__\":{\"format\":\"pt\"}}", new byte[0]);
        assertEquals(Map.of(), read(file));
    }

    @Test
    void headerMayBePaddedWithBlanks() {
        assertEquals(Map.of(), read(SafetensorsWriter.raw("{}      ", new byte[0])));
    }

    @Test
    void emptyTensorsAndScalarsAreAllowed() {
        byte[] file =
                new SafetensorsWriter()
                        .tensor("none", "F32", new byte[0], 0, 7)
                        .tensor("one", "F32", new byte[4])
                        .tensor("end", "I64", new byte[0], 3, 0)
                        .bytes();
        Map<String, StoredTensor> tensors = read(file);
        assertAll(
                () -> assertEquals(0, tensor(tensors, "none").bytes().byteSize()),
                () -> assertEquals(List.of(), tensor(tensors, "one").shape()),
                () -> assertEquals(0, tensor(tensors, "end").bytes().byteSize()));
    }

    @ParameterizedTest
    @EnumSource
    void everyTypeIsListed(SafetensorsType type) {
        byte[] file =
                new SafetensorsWriter().tensor("t", type.name(), new byte[type.bits()], 8).bytes();
        assertEquals(type, tensor(read(file), "t").type());
    }

    @Test
    void fileShorterThanTheLengthIsRefused() {
        refused(new byte[7], "8 bytes of header length", "7 bytes");
    }

    @Test
    void emptyFileIsRefused() {
        refused(new byte[0], "8 bytes of header length", "0 bytes");
    }

    @Test
    void absurdHeaderLengthIsRefused() {
        refused(
                SafetensorsWriter.withLength(100_000_001, new byte[2], new byte[0]),
                "at byte 0",
                "at most 100000000",
                "got 100000001");
    }

    @Test
    void negativeHeaderLengthIsReadAsUnsigned() {
        refused(
                SafetensorsWriter.withLength(-1, new byte[2], new byte[0]),
                "got 18446744073709551615");
    }

    @Test
    void headerBeyondTheFileIsRefused() {
        refused(
                SafetensorsWriter.withLength(3, new byte[] {'{', '}'}, new byte[0]),
                "header of 3 bytes at byte 8",
                "file of 10 bytes",
                "truncated");
    }

    @Test
    void headerThatStartsWithABlankIsRefused() {
        refused(SafetensorsWriter.raw(" {}", new byte[0]), "byte 8", "must start with '{'");
    }

    @Test
    void headerOfNoBytesIsRefused() {
        refused(SafetensorsWriter.raw("", new byte[0]), "byte 8", "must start with '{'");
    }

    @Test
    void headerThatIsNoJsonIsRefused() {
        refused(
                SafetensorsWriter.raw("{oops", new byte[0]),
                "JSON object",
                "Unexpected character ('o'",
                "byte 1 of it");
    }

    @Test
    void textBehindTheHeaderIsRefused() {
        refused(SafetensorsWriter.raw("{}{}", new byte[0]), "JSON object");
    }

    @Test
    void nameThatComesTwiceIsRefused() {
        String entry = "\"twin\":{\"dtype\":\"U8\",\"shape\":[1],\"data_offsets\":[0,1]}";
        refused(
                SafetensorsWriter.raw("{" + entry + "," + entry + "}", new byte[1]),
                "without duplicate keys",
                "twin");
    }

    @Test
    void entryThatIsNoObjectIsRefused() {
        refusedEntry("7", 0, "tensor t", "expected {dtype, shape, data_offsets}", "got 7");
    }

    @Test
    void entryWithoutDtypeIsRefused() {
        refusedEntry(
                "{\"shape\":[1],\"data_offsets\":[0,1]}",
                1,
                "tensor t",
                "expected {dtype, shape, data_offsets}");
    }

    @Test
    void unknownDtypeIsRefused() {
        refusedEntry(entry("Q9", "[1]", "[0,1]"), 1, "tensor t", "BF16", "got \"Q9\"");
    }

    @Test
    void negativeExtentIsRefused() {
        refusedEntry(entry("U8", "[-1]", "[0,1]"), 1, "tensor t", "extents from 0", "got [-1]");
    }

    @Test
    void fractionalExtentIsRefused() {
        refusedEntry(entry("U8", "[1.5]", "[0,1]"), 1, "tensor t", "extents from 0", "got [1.5]");
    }

    @Test
    void overflowingShapeIsRefused() {
        refusedEntry(
                entry("U8", "[4294967296,4294967296]", "[0,1]"),
                1,
                "tensor t",
                "U8 [4294967296, 4294967296] must fit 64 bits");
    }

    @Test
    void extentBeyondALongIsRefused() {
        refusedEntry(
                entry("U8", "[99999999999999999999]", "[0,1]"), 1, "tensor t", "extents from 0");
    }

    @Test
    void offsetsThatDisagreeWithTheShapeAreRefused() {
        refusedEntry(
                entry("F32", "[2,3]", "[0,20]"),
                20,
                "tensor t",
                "F32 [2, 3] has 24 bytes",
                "got data_offsets [0, 20], which are 20");
    }

    @Test
    void offsetsThatRunBackwardsAreRefused() {
        refusedEntry(entry("U8", "[2]", "[4,2]"), 4, "tensor t", "has 2 bytes", "[4, 2]");
    }

    @Test
    void negativeOffsetIsRefused() {
        refusedEntry(entry("U8", "[2]", "[-1,1]"), 2, "tensor t", "[begin, end] from 0");
    }

    @Test
    void threeOffsetsAreRefused() {
        refusedEntry(entry("U8", "[2]", "[0,1,2]"), 2, "tensor t", "[begin, end]", "[0,1,2]");
    }

    @Test
    void bitsThatDoNotFillBytesAreRefused() {
        refusedEntry(entry("F4", "[3]", "[0,2]"), 2, "tensor t", "12 bits of F4 [3]");
    }

    @Test
    void truncatedDataIsRefused() {
        byte[] whole = new SafetensorsWriter().floats("t", new float[6], 2, 3).bytes();
        byte[] cut = Arrays.copyOf(whole, whole.length - 1);
        refused(cut, "tensor t", "data_offsets [0, 24]", "23 bytes of data", "truncated");
    }

    @Test
    void offsetsNearTheLargestLongAreRefused() {
        refusedEntry(
                entry("U8", "[1]", "[9223372036854775806,9223372036854775807]"),
                1,
                "tensor t",
                "must end within the 1 bytes of data");
    }

    @Test
    void overlappingTensorsAreRefused() {
        String header =
                "{\"a\":%s,\"b\":%s}"
                        .formatted(entry("U8", "[4]", "[0,4]"), entry("U8", "[4]", "[3,7]"));
        refused(
                SafetensorsWriter.raw(header, new byte[7]),
                "tensor b at byte " + (8 + header.length() + 3),
                "overlaps tensor a",
                "ends at byte " + (8 + header.length() + 4));
    }

    @Test
    void holesAreRefused() {
        String header =
                "{\"a\":%s,\"b\":%s}"
                        .formatted(entry("U8", "[4]", "[0,4]"), entry("U8", "[2]", "[5,7]"));
        refused(
                SafetensorsWriter.raw(header, new byte[7]),
                "tensor b at byte " + (8 + header.length() + 5),
                "expected to start at byte " + (8 + header.length() + 4),
                "belong to no tensor");
    }

    @Test
    void bytesBehindTheLastTensorAreRefused() {
        String header = "{\"a\":%s}".formatted(entry("U8", "[4]", "[0,4]"));
        refused(
                SafetensorsWriter.raw(header, new byte[6]),
                "end at byte " + (8 + header.length() + 4),
                "2 bytes more");
    }

    @Test
    void allWrongEntriesAreNamedAtOnce() {
        String header =
                "{\"a\":%s,\"b\":%s}"
                        .formatted(entry("Q9", "[4]", "[0,4]"), entry("U8", "[4]", "[4,7]"));
        refused(SafetensorsWriter.raw(header, new byte[7]), "2 problems", "tensor a", "tensor b");
    }

    private static String entry(String dtype, String shape, String offsets) {
        return "{\"dtype\":\"%s\",\"shape\":%s,\"data_offsets\":%s}"
                .formatted(dtype, shape, offsets);
    }

    private static void refusedEntry(String entry, int dataBytes, String... parts) {
        refused(SafetensorsWriter.raw("{\"t\":" + entry + "}", new byte[dataBytes]), parts);
    }

    private static void refused(byte[] file, String... parts) {
        String message =
                String.valueOf(
                        assertThrows(ModelFormatException.class, () -> read(file)).getMessage());
        assertTrue(message.startsWith(FILE + ": "), message);
        for (String part : parts) {
            assertTrue(message.contains(part), () -> "'" + part + "' is missing in: " + message);
        }
    }

    private static Map<String, StoredTensor> read(byte[] file) {
        return SafetensorsFile.read(FILE, MemorySegment.ofArray(file));
    }

    private static StoredTensor tensor(Map<String, StoredTensor> tensors, String name) {
        StoredTensor tensor = tensors.get(name);
        if (tensor == null) {
            throw new AssertionError(name + " is not among " + tensors.keySet());
        }
        return tensor;
    }
}
