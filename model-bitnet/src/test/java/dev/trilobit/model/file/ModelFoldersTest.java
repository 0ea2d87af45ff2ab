package dev.trilobit.model.file;

import static org.junit.jupiter.api.Assertions.assertAll;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ModelFoldersTest {
    @TempDir Path directory;

    @Test
    void filesAreListedByNameAndMapped() throws IOException {
        Files.writeString(directory.resolve("b.json"), "two");
        Files.writeString(directory.resolve("a.json"), "one");
        Files.createDirectory(directory.resolve("c"));
        try (ModelFolder folder = ModelFolders.open(directory)) {
            MemorySegment bytes = folder.find("b.json").orElseThrow();
            assertAll(
                    () -> assertEquals(directory.toString(), folder.label()),
                    () -> assertEquals(List.of("a.json", "b.json"), folder.names()),
                    () ->
                            assertArrayEquals(
                                    new byte[] {'t', 'w', 'o'},
                                    bytes.toArray(ValueLayout.JAVA_BYTE)),
                    () -> assertTrue(bytes.isReadOnly()),
                    () -> assertSame(bytes, folder.find("b.json").orElseThrow()),
                    () -> assertTrue(folder.find("c").isEmpty()),
                    () -> assertTrue(folder.find("missing").isEmpty()));
        }
    }

    @Test
    void linksCountAsFiles() throws IOException {
        Path blob = Files.writeString(directory.resolve("blob"), "linked");
        Path snapshot = Files.createDirectory(directory.resolve("snapshot"));
        Files.createSymbolicLink(snapshot.resolve("config.json"), blob);
        try (ModelFolder folder = ModelFolders.open(snapshot)) {
            assertEquals(6, folder.find("config.json").orElseThrow().byteSize());
        }
    }

    @Test
    void filesOutsideTheDirectoryAreNotFound() throws IOException {
        Files.writeString(directory.resolve("secret"), "x");
        Path inner = Files.createDirectory(directory.resolve("inner"));
        try (ModelFolder folder = ModelFolders.open(inner)) {
            assertTrue(folder.find("../secret").isEmpty());
        }
    }

    @Test
    void emptyFileIsMapped() throws IOException {
        Files.createFile(directory.resolve("empty"));
        try (ModelFolder folder = ModelFolders.open(directory)) {
            assertEquals(0, folder.find("empty").orElseThrow().byteSize());
        }
    }

    @Test
    void filesOverTwoGigabytesAreMapped() throws IOException {
        long last = 3L << 30;
        Path file = directory.resolve("large");
        try (var channel =
                FileChannel.open(
                        file,
                        StandardOpenOption.CREATE_NEW,
                        StandardOpenOption.WRITE,
                        StandardOpenOption.SPARSE)) {
            channel.write(ByteBuffer.wrap(new byte[] {7}), last);
        }
        try (ModelFolder folder = ModelFolders.open(directory)) {
            MemorySegment bytes = folder.find("large").orElseThrow();
            assertAll(
                    () -> assertEquals(last + 1, bytes.byteSize()),
                    () -> assertEquals(7, bytes.get(ValueLayout.JAVA_BYTE, last)));
        }
    }

    @Test
    void closeIsIdempotentAndEndsAllUse() throws IOException {
        Files.writeString(directory.resolve("a"), "one");
        ModelFolder folder = ModelFolders.open(directory);
        MemorySegment bytes = folder.find("a").orElseThrow();
        folder.close();
        folder.close();
        var refused = assertThrows(IllegalStateException.class, () -> folder.find("a"));
        assertAll(
                () -> assertEquals(directory + " is closed", refused.getMessage()),
                () -> assertFalse(bytes.scope().isAlive()));
    }

    @Test
    void fileThatVanishedIsAnErrorThatNamesIt() throws IOException {
        Path file = Files.writeString(directory.resolve("gone.json"), "x");
        try (ModelFolder folder = ModelFolders.open(directory)) {
            Files.delete(file);
            var refused = assertThrows(ModelFormatException.class, () -> folder.find("gone.json"));
            assertContains(refused, file + ": the file cannot be read", "NoSuchFile");
        }
    }

    @Test
    void missingDirectoryIsRefused() {
        Path missing = directory.resolve("missing");
        assertContains(refused(missing), missing + ": no such file or directory");
    }

    @Test
    void ggufFileIsAFolderOfItself() throws IOException {
        Files.writeString(directory.resolve("other.gguf"), "other");
        Path file = Files.writeString(directory.resolve("model.gguf"), "anything");
        try (ModelFolder folder = ModelFolders.open(file)) {
            assertAll(
                    () -> assertEquals(file.toString(), folder.label()),
                    () -> assertEquals(file.toString(), folder.label("model.gguf")),
                    () -> assertEquals(List.of("model.gguf"), folder.names()),
                    () -> assertEquals(8, folder.find("model.gguf").orElseThrow().byteSize()),
                    () -> assertTrue(folder.find("other.gguf").isEmpty()));
        }
    }

    @Test
    void ggufFileIsKnownByItsFirstBytes() throws IOException {
        Path file = Files.writeString(directory.resolve("sha256-4221b252"), "GGUF\3");
        try (ModelFolder folder = ModelFolders.open(file)) {
            assertEquals(List.of("sha256-4221b252"), folder.names());
        }
    }

    @Test
    void partOfASplitGgufModelBringsTheOthers() throws IOException {
        Files.writeString(directory.resolve("a-00001-of-00002.gguf"), "one");
        Path second = Files.writeString(directory.resolve("a-00002-of-00002.gguf"), "two");
        Files.writeString(directory.resolve("a-00001-of-00003.gguf"), "other");
        Files.writeString(directory.resolve("b-00001-of-00002.gguf"), "other");
        try (ModelFolder folder = ModelFolders.open(second)) {
            assertEquals(List.of("a-00001-of-00002.gguf", "a-00002-of-00002.gguf"), folder.names());
        }
    }

    @Test
    void safetensorsFileIsRefusedInFavourOfItsFolder() throws IOException {
        Path file = Files.writeString(directory.resolve("model.safetensors"), "x");
        assertContains(refused(file), "open the folder it lies in");
    }

    @Test
    void otherFileIsRefused() throws IOException {
        Path file = Files.writeString(directory.resolve("notes.txt"), "x");
        assertContains(
                refused(file),
                file.toString(),
                "this is a file",
                "Hugging Face folder",
                "GGUF file");
    }

    private static ModelFormatException refused(Path path) {
        return assertThrows(ModelFormatException.class, () -> ModelFolders.open(path));
    }

    private static void assertContains(ModelFormatException error, String... parts) {
        String message = String.valueOf(error.getMessage());
        for (String part : parts) {
            assertTrue(message.contains(part), () -> "'" + part + "' is missing in: " + message);
        }
    }
}
