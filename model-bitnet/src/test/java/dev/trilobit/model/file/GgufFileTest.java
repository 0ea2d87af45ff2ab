package dev.trilobit.model.file;

import static dev.trilobit.model.file.GgufCases.read;
import static dev.trilobit.model.file.GgufCases.refused;
import static org.junit.jupiter.api.Assertions.assertAll;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class GgufFileTest {
    private static final byte[] SIX_FLOATS = new byte[24];

    @Test
    void tensorsLieWhereTheHeaderSays() {
        byte[] codes = new byte[36];
        Arrays.fill(codes, (byte) 7);
        var bytes =
                new GgufBytes().tensor("norm", 0, SIX_FLOATS, 6).tensor("codes", 41, codes, 128, 2);
        GgufFile file = read(bytes);
        StoredTensor tensor = tensor(file, "codes");
        assertAll(
                () -> assertEquals("memory:test/model.gguf", file.label()),
                () -> assertEquals(List.of("norm", "codes"), List.copyOf(file.tensors().keySet())),
                () -> assertEquals(GgmlType.Q1_0, tensor.type()),
                () -> assertEquals("Q1_0 [2, 128]", tensor.layout()),
                () -> assertEquals(bytes.header().length + 32L, tensor.byteOffset()),
                () -> assertArrayEquals(codes, tensor.bytes().toArray(ValueLayout.JAVA_BYTE)));
    }

    @ParameterizedTest
    @ValueSource(ints = {2, 3})
    void bothVersionsAreRead(int version) {
        var bytes = new GgufBytes().version(version).tensor("t", 0, SIX_FLOATS, 6);
        assertEquals("F32 [6]", tensor(read(bytes), "t").layout());
    }

    @ParameterizedTest
    @EnumSource
    void everyTypeHasItsSize(GgmlType type) {
        int rows = type == GgmlType.Q2_0_G128 ? 8 : 4; // so large that padding hides nothing
        long bytes = type.byteSize(rows * 256L);
        var file = new GgufBytes().tensor("t", type.id(), new byte[(int) bytes], 256, rows);
        StoredTensor tensor = tensor(read(file), "t");
        assertAll(
                () -> assertEquals(type, tensor.type()),
                () -> assertEquals(bytes, tensor.bytes().byteSize()));
    }

    @Test
    void sizesAreThoseOfGgml() {
        List<Long> sizes = Arrays.stream(GgmlType.values()).map(t -> t.byteSize(256)).toList();
        assertEquals(
                List.of(
                        1024L, 512L, 144L, 160L, 176L, 272L, 144L, 210L, 512L, 54L, 66L, 96L, 36L,
                        72L, 68L, 68L, 56L),
                sizes);
    }

    @Test
    void scalarsAndEmptyFilesAreRead() {
        assertAll(
                () ->
                        assertEquals(
                                List.of(),
                                tensor(read(new GgufBytes().tensor("one", 0, new byte[4])), "one")
                                        .shape()),
                () -> assertEquals(0, read(new GgufBytes()).tensors().size()));
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 8, 32, 64, 4096})
    void alignmentIsThatOfTheKey(int alignment) {
        var bytes =
                new GgufBytes()
                        .alignment(alignment)
                        .tensor("a", 0, SIX_FLOATS, 6)
                        .tensor("b", 1, new byte[6], 3);
        assertEquals(
                bytes.header().length + Math.max(24L, alignment),
                tensor(read(bytes), "b").byteOffset());
    }

    @Test
    void dataMayBePaddedBehindTheLastTensor() {
        var bytes = new GgufBytes().tensor("t", 0, SIX_FLOATS, 6).data(new byte[100]);
        assertEquals(24, tensor(read(bytes), "t").bytes().byteSize());
    }

    @Test
    void lastTensorNeedsNoPadding() {
        byte[] whole = new GgufBytes().tensor("t", 0, SIX_FLOATS, 6).bytes();
        byte[] cut = Arrays.copyOf(whole, whole.length - 8);
        assertEquals(24, tensor(read(cut), "t").bytes().byteSize());
    }

    @Test
    void folderOfTheHuggingFaceLayoutIsNotLookedAt() {
        try (var folder =
                new MemoryFolder().with("config.json", "{}").with("model.gguf", "broken")) {
            assertTrue(GgufFile.find(folder).isEmpty());
        }
    }

    @Test
    void folderWithoutGgufFilesHasNone() {
        try (var folder = new MemoryFolder().with("notes", "GG").with("model.bin", "GGUF")) {
            assertTrue(GgufFile.find(folder).isEmpty());
        }
    }

    @Test
    void onlyFileIsKnownByItsFirstBytes() {
        try (var folder = new MemoryFolder().with("sha256-4221", new GgufBytes().bytes())) {
            assertEquals("memory:test/sha256-4221", GgufFile.find(folder).orElseThrow().label());
        }
    }

    @Test
    void severalModelsAreRefused() {
        byte[] bytes = new GgufBytes().bytes();
        try (var folder = new MemoryFolder().with("a.gguf", bytes).with("b.gguf", bytes)) {
            var error = assertThrows(ModelFormatException.class, () -> GgufFile.find(folder));
            assertEquals(
                    "memory:test: expected one GGUF model, got [a.gguf, b.gguf]; open one by the path of its file",
                    error.getMessage());
        }
    }

    @Test
    void otherFileIsRefused() {
        refused(new byte[] {'P', 'K', 3, 4, 0}, "expected GGUF at byte 0", "got [80, 75, 3, 4]");
    }

    @Test
    void emptyFileIsRefused() {
        refused(new byte[0], "expected GGUF at byte 0", "got []");
    }

    @Test
    void bigEndianFileIsRefusedByName() {
        refused(
                new GgufBytes().version(0x03000000),
                "version at byte 4",
                "expected 2 or 3, got 3 with its bytes reversed",
                "big-endian");
    }

    @Test
    void firstVersionIsRefused() {
        refused(new GgufBytes().version(1), "version at byte 4", "got 1", "convert");
    }

    @ParameterizedTest
    @ValueSource(longs = {0, 4, 0xffffffffL})
    void unknownVersionIsRefused(long version) {
        refused(new GgufBytes().version(version), "expected 2 or 3, got " + version);
    }

    private static StoredTensor tensor(GgufFile file, String name) {
        StoredTensor tensor = file.tensors().get(name);
        if (tensor == null) {
            throw new AssertionError(name + " is not among " + file.tensors().keySet());
        }
        return tensor;
    }
}
