package dev.trilobit.model.file;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What is written is what the readers read. */
class TensorWriterTest {
    private static final List<TensorEntry> SAFETENSORS =
            List.of(
                    new TensorEntry("scale", SafetensorsType.BF16, List.of(1L)),
                    new TensorEntry("a.weight", SafetensorsType.U8, List.of(3L, 5L)),
                    new TensorEntry("b.weight", SafetensorsType.F32, List.of(4L, 8L)),
                    new TensorEntry("c.weight", SafetensorsType.U32, List.of(2L, 16L)),
                    new TensorEntry("none", SafetensorsType.F32, List.of(0L)));

    private static final List<TensorEntry> GGUF =
            List.of(
                    new TensorEntry("a", GgmlType.I2_S, List.of(4L, 32L)),
                    new TensorEntry("b", GgmlType.TQ1_0, List.of(3L, 256L)),
                    new TensorEntry("c", GgmlType.F32, List.of(5L)),
                    new TensorEntry("d", GgmlType.Q1_0, List.of(1L, 128L)));

    @TempDir private Path folder;

    @Test
    void oneFileThatCannotBeClosedKeepsNoOtherOpen() {
        var closed = new ArrayList<Integer>();
        List<AutoCloseable> files = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            int number = i;
            files.add(
                    () -> {
                        closed.add(number);
                        if (number % 2 == 0) {
                            throw new IOException("disk " + number);
                        }
                    });
        }
        var failed = assertThrows(IOException.class, () -> Shards.close(files));
        assertEquals(List.of(0, 1, 2, 3), closed);
        assertTrue(String.valueOf(failed.getMessage()).contains("disk 0"));
        assertEquals("disk 2", failed.getSuppressed()[0].getMessage());
    }

    private static MemorySegment bytes(TensorEntry entry) {
        byte[] bytes = new byte[(int) entry.byteSize()];
        new Random(entry.name().hashCode()).nextBytes(bytes);
        return MemorySegment.ofArray(bytes);
    }

    private static void fill(TensorFiles files, List<TensorEntry> entries) throws IOException {
        try (files) {
            for (TensorEntry entry : entries.reversed()) {
                files.write(entry.name(), bytes(entry));
            }
            files.finish();
        }
    }

    private static void assertHolds(Map<String, StoredTensor> tensors, List<TensorEntry> entries) {
        assertEquals(entries.size(), tensors.size());
        for (TensorEntry entry : entries) {
            StoredTensor stored = Optional.ofNullable(tensors.get(entry.name())).orElseThrow();
            assertEquals(entry.layout(), stored.layout());
            assertArrayEquals(
                    bytes(entry).toArray(ValueLayout.JAVA_BYTE),
                    stored.bytes().toArray(ValueLayout.JAVA_BYTE));
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {Long.MAX_VALUE, 200, 1})
    void safetensorsAreReadBack(long maxBytes) throws IOException {
        fill(
                Shards.safetensors(folder, SAFETENSORS, maxBytes, Map.of("format", "pt")),
                SAFETENSORS);
        try (ModelFolder opened = ModelFolders.open(folder)) {
            TensorCatalog catalog = TensorCatalog.open(opened);
            Map<String, StoredTensor> tensors = new TreeMap<>();
            catalog.names().forEach(name -> tensors.put(name, catalog.find(name).orElseThrow()));
            assertHolds(tensors, SAFETENSORS);
            assertEquals(maxBytes > 1000 ? 1 : maxBytes > 1 ? 3 : 6, opened.names().size());
        }
    }

    @Test
    void tensorsOfSafetensorsStartOnEightBytesUnlessTheirSizeIsOdd() throws IOException {
        fill(Shards.safetensors(folder, SAFETENSORS, Long.MAX_VALUE, Map.of()), SAFETENSORS);
        try (ModelFolder opened = ModelFolders.open(folder)) {
            TensorCatalog catalog = TensorCatalog.open(opened);
            for (String name : List.of("b.weight", "c.weight")) {
                assertEquals(0, catalog.find(name).orElseThrow().byteOffset() % 8, name);
            }
        }
    }

    private static GgufMetadata metadata() {
        return GgufMetadata.builder("test")
                .string("general.architecture", "llama")
                .strings("tokenizer.ggml.tokens", List.of("a", "é"))
                .float32("x", 1.5f)
                .build();
    }

    @ParameterizedTest
    @ValueSource(longs = {Long.MAX_VALUE, 200, 1})
    void ggufIsReadBack(long maxBytes) throws IOException {
        fill(Shards.gguf(folder.resolve("m.gguf"), metadata(), GGUF, maxBytes), GGUF);
        try (ModelFolder opened = ModelFolders.open(folder)) {
            GgufFile file = GgufFile.find(opened).orElseThrow();
            assertHolds(file.tensors(), GGUF);
            assertEquals(List.of("a", "é"), file.metadata().strings("tokenizer.ggml.tokens"));
            assertEquals(1.5, file.metadata().number("x").orElseThrow());
            assertTrue(file.tensors().values().stream().allMatch(t -> t.byteOffset() % 32 == 0));
            assertEquals(
                    maxBytes > 1000 ? 1 : maxBytes > 1 ? 2 : 4,
                    opened.names().size(),
                    opened.names()::toString);
        }
    }

    @Test
    void sameInputGivesTheSameFile() throws IOException {
        for (String name : List.of("a.gguf", "b.gguf")) {
            fill(Shards.gguf(folder.resolve(name), metadata(), GGUF, Long.MAX_VALUE), GGUF);
        }
        assertEquals(-1, Files.mismatch(folder.resolve("a.gguf"), folder.resolve("b.gguf")));
    }

    @Test
    void mistakesOfTheCallerAreNamed() throws IOException {
        Path file = folder.resolve("m.gguf");
        try (TensorFiles files = GgufFileWriter.create(file, metadata(), GGUF)) {
            assertRefused("not expected", () -> files.write("z", bytes(GGUF.getFirst())));
            assertRefused("I2_S [4, 32] has 64 bytes", () -> files.write("a", bytes(GGUF.get(1))));
            files.write("a", bytes(GGUF.getFirst()));
            assertRefused("written before", () -> files.write("a", bytes(GGUF.getFirst())));
            var unfinished = assertThrows(IllegalStateException.class, files::finish);
            assertTrue(String.valueOf(unfinished.getMessage()).contains("[b, c, d]"));
        }
        assertThrows(IOException.class, () -> GgufFileWriter.create(file, metadata(), GGUF));
        var twice = new ArrayList<>(GGUF);
        twice.add(GGUF.getFirst());
        assertRefused(
                "a comes twice",
                () -> GgufFileWriter.create(folder.resolve("n"), metadata(), twice));
        assertRefused(
                "expected a type of GGUF",
                () -> GgufFileWriter.create(folder.resolve("n"), metadata(), SAFETENSORS));
        GgufMetadata aligned = GgufMetadata.builder("test").uint32("general.alignment", 64).build();
        assertRefused(
                "general.alignment: expected 32",
                () -> GgufFileWriter.create(folder.resolve("n"), aligned, GGUF));
        assertRefused(
                "expected a name and extents",
                () -> new TensorEntry("", GgmlType.F32, List.of(1L)));
    }

    private static void assertRefused(String part, Executable action) {
        var refused = assertThrows(IllegalArgumentException.class, action);
        assertTrue(String.valueOf(refused.getMessage()).contains(part), refused.getMessage());
    }
}
