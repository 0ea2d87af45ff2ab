package dev.trilobit.model.convert;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.trilobit.model.convert.ConversionOptions.Existing;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StagedOutputTest {
    @TempDir private Path folder;

    private List<String> names() throws IOException {
        try (var files = Files.list(folder)) {
            return files.map(file -> file.getFileName().toString()).sorted().toList();
        }
    }

    @Test
    void fileAppearsWhenItIsCommitted() throws IOException {
        Path target = folder.resolve("a.gguf");
        try (StagedOutput output = StagedOutput.at(target, Existing.REFUSED)) {
            Files.writeString(output.path(), "text");
            assertFalse(Files.exists(target));
            output.commit();
        }
        assertEquals(List.of("a.gguf"), names());
    }

    @Test
    void whatIsNotCommittedIsDeleted() throws IOException {
        try (StagedOutput output = StagedOutput.at(folder.resolve("m"), Existing.REFUSED)) {
            Files.createDirectory(output.path());
            Files.writeString(output.path().resolve("part"), "text");
        }
        assertEquals(List.of(), names());
    }

    @Test
    void remainsOfAKilledProcessAreDeletedAndThoseOfALivingOneAreNot() throws IOException {
        Path dead = Files.createDirectory(folder.resolve(".m.999999999.part"));
        Files.writeString(dead.resolve("part"), "text");
        Path other = Files.writeString(folder.resolve(".other.999999999.part"), "text");
        Path living =
                Files.writeString(folder.resolve(".m.%d.part".formatted(parentOrSelf())), "text");
        try (StagedOutput output = StagedOutput.at(folder.resolve("m"), Existing.REFUSED)) {
            assertFalse(Files.exists(dead));
            assertTrue(Files.exists(other));
            assertTrue(Files.exists(living));
            assertFalse(Files.exists(output.path()));
        }
    }

    /** A process that lives and is not this one, whose own remains are deleted. */
    private static long parentOrSelf() {
        return ProcessHandle.current().parent().map(ProcessHandle::pid).orElse(1L);
    }

    @Test
    void existingOutputIsRefusedOrReplacedWhole() throws IOException {
        Path target = Files.createDirectory(folder.resolve("m"));
        Files.writeString(target.resolve("config.json"), "old");
        Files.writeString(target.resolve("model-00002-of-00002.safetensors"), "old");
        assertThrows(
                ConversionRefusedException.class, () -> StagedOutput.at(target, Existing.REFUSED));
        try (StagedOutput output = StagedOutput.at(target, Existing.REPLACED)) {
            Files.createDirectory(output.path());
            Files.writeString(output.path().resolve("config.json"), "new");
            assertEquals("old", Files.readString(target.resolve("config.json")));
            output.commit();
        }
        assertEquals(List.of("m"), names());
        assertEquals("new", Files.readString(target.resolve("config.json")));
        assertFalse(Files.exists(target.resolve("model-00002-of-00002.safetensors")));
    }

    @Test
    void folderThatIsNoModelIsNeverReplaced() throws IOException {
        Path target = Files.createDirectory(folder.resolve("home"));
        Files.writeString(target.resolve("letters.txt"), "dear");
        var refused =
                assertThrows(
                        ConversionRefusedException.class,
                        () -> StagedOutput.at(target, Existing.REPLACED));
        assertTrue(String.valueOf(refused.getMessage()).contains("other things than a model"));
        assertTrue(Files.exists(target.resolve("letters.txt")));
    }

    @Test
    void folderToBeInMustBeThere() {
        var refused =
                assertThrows(
                        ConversionRefusedException.class,
                        () -> StagedOutput.at(folder.resolve("no/m"), Existing.REFUSED));
        assertTrue(String.valueOf(refused.getMessage()).contains("there is no folder"));
    }
}
