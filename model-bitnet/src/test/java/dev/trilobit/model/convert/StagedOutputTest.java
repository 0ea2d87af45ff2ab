package dev.trilobit.model.convert;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeFalse;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.trilobit.model.convert.ConversionOptions.Existing;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

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

    private static final long DEAD = 999_999_999;

    private Path remains(long pid, long start, String ending) {
        return folder.resolve(".m.%d.%d.0badcafe.%s".formatted(pid, start, ending));
    }

    private static long startOf(ProcessHandle process) {
        return process.info().startInstant().orElseThrow().getEpochSecond();
    }

    @Test
    void remainsOfAKilledProcessAreDeletedAndThoseOfALivingOneAreNot() throws IOException {
        Path dead = Files.createDirectory(remains(DEAD, 1, "part"));
        Files.writeString(dead.resolve("part"), "text");
        Path other = Files.writeString(folder.resolve(".other.999999999.1.0badcafe.part"), "text");
        ProcessHandle self = ProcessHandle.current();
        Path living = Files.writeString(remains(self.pid(), startOf(self), "part"), "text");
        try (StagedOutput output = StagedOutput.at(folder.resolve("m"), Existing.REFUSED)) {
            assertFalse(Files.exists(dead));
            assertTrue(Files.exists(other));
            assertTrue(Files.exists(living));
            assertFalse(Files.exists(output.path()));
        }
        assertTrue(Files.exists(living));
    }

    /** In a container every program has the same id. */
    @Test
    void earlierProcessOfTheSameIdIsDead() throws IOException {
        ProcessHandle self = ProcessHandle.current();
        Path dead = Files.writeString(remains(self.pid(), startOf(self) - 60, "part"), "text");
        try (StagedOutput _ = StagedOutput.at(folder.resolve("m"), Existing.REFUSED)) {
            assertFalse(Files.exists(dead));
        }
    }

    @Test
    void attemptsOfOneProcessDoNotTouchEachOther() throws IOException {
        Path target = folder.resolve("m");
        try (StagedOutput first = StagedOutput.at(target, Existing.REFUSED)) {
            Files.createDirectory(first.path());
            StagedOutput.at(target, Existing.REFUSED).close();
            assertTrue(Files.exists(first.path()));
            first.commit();
        }
        assertEquals(List.of("m"), names());
    }

    private static void model(Path model, String text) throws IOException {
        Files.createDirectory(model);
        Files.writeString(model.resolve("config.json"), text);
        Files.writeString(model.resolve("model.safetensors"), text);
    }

    /** Killed after what was there was set aside, before the new one got the name. */
    @Test
    void modelThatAKilledProcessSetAsideComesBack() throws IOException {
        model(remains(DEAD, 1, "old"), "old");
        model(remains(DEAD, 1, "part"), "new");
        Path target = folder.resolve("m");
        assertThrows(
                ConversionRefusedException.class, () -> StagedOutput.at(target, Existing.REFUSED));
        assertEquals(List.of("m"), names());
        assertEquals("old", Files.readString(target.resolve("config.json")));
    }

    /** Killed after the new one got the name. */
    @Test
    void modelThatAKilledProcessReplacedIsDeleted() throws IOException {
        model(remains(DEAD, 1, "old"), "old");
        Path target = folder.resolve("m");
        model(target, "new");
        try (StagedOutput _ = StagedOutput.at(target, Existing.REPLACED)) {
            assertEquals(List.of("m"), names());
            assertEquals("new", Files.readString(target.resolve("config.json")));
        }
    }

    @Test
    void whatAppearsMeanwhileIsNotReplacedUnlessThatWasAskedFor() throws IOException {
        Path file = folder.resolve("a.gguf");
        try (StagedOutput output = StagedOutput.at(file, Existing.REFUSED)) {
            Files.writeString(output.path(), "ours");
            Files.writeString(file, "theirs");
            var refused = assertThrows(ConversionRefusedException.class, output::commit);
            assertTrue(String.valueOf(refused.getMessage()).contains("is there already"));
        }
        assertEquals("theirs", Files.readString(file));
        Path model = folder.resolve("m");
        try (StagedOutput output = StagedOutput.at(model, Existing.REPLACED)) {
            Files.createDirectory(output.path());
            Files.createDirectory(model);
            Files.writeString(model.resolve("letters.txt"), "dear");
            assertThrows(ConversionRefusedException.class, output::commit);
        }
        assertEquals("dear", Files.readString(model.resolve("letters.txt")));
        assertEquals(List.of("a.gguf", "m"), names());
    }

    @Test
    void existingOutputIsRefusedOrReplacedWhole() throws IOException {
        Path target = Files.createDirectory(folder.resolve("m"));
        Files.writeString(target.resolve("config.json"), "old");
        Files.writeString(target.resolve("model-00002-of-00002.safetensors"), "old");
        Files.writeString(target.resolve("LICENSE"), "free");
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

    /** Each has one thing that replacing would lose. */
    @ParameterizedTest
    @CsvSource({
        "letters.txt, letters.txt",
        "config.json, no model.safetensors",
        "config.json model.safetensors notes.md, notes.md",
        "config.json model.safetensors .git/, .git",
        "config.json lora.safetensors, lora.safetensors",
        "model.safetensors, no config.json",
        "a.gguf b.gguf, several models",
        "a.gguf config.json, several models",
        "a-00001-of-00002.gguf b-00002-of-00002.gguf, several models"
    })
    void folderThatIsNotOneModelIsNeverReplaced(String content, String stranger)
            throws IOException {
        Path target = Files.createDirectory(folder.resolve("home"));
        for (String name : content.split(" ", -1)) {
            if (name.endsWith("/")) {
                Files.createDirectory(target.resolve(name));
            } else {
                Files.writeString(target.resolve(name), "dear");
            }
        }
        var refused =
                assertThrows(
                        ConversionRefusedException.class,
                        () -> StagedOutput.at(target, Existing.REPLACED));
        String message = String.valueOf(refused.getMessage());
        assertTrue(message.contains("other things than a model"), message);
        assertTrue(message.contains(stranger), message);
        for (String name : content.split(" ", -1)) {
            assertTrue(Files.exists(target.resolve(name)), name);
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "config.json model.safetensors tokenizer.json LICENSE",
                "config.json model-00001-of-00001.safetensors model.safetensors.index.json",
                "a.gguf",
                "a-00001-of-00002.gguf a-00002-of-00002.gguf LICENSE"
            })
    void folderOfOneModelIsReplaced(String content) throws IOException {
        Path target = Files.createDirectory(folder.resolve("m"));
        for (String name : content.split(" ", -1)) {
            Files.writeString(target.resolve(name), "old");
        }
        try (StagedOutput output = StagedOutput.at(target, Existing.REPLACED)) {
            model(output.path(), "new");
            output.commit();
        }
        assertEquals(List.of("m"), names());
        assertEquals("new", Files.readString(target.resolve("config.json")));
    }

    @Test
    void folderToBeInMustBeThere() {
        var refused =
                assertThrows(
                        ConversionRefusedException.class,
                        () -> StagedOutput.at(folder.resolve("no/m"), Existing.REFUSED));
        assertTrue(String.valueOf(refused.getMessage()).contains("there is no folder"));
    }

    @Test
    void folderThatMayNotBeWrittenToIsNamed() throws IOException {
        Path closed = Files.createDirectory(folder.resolve("closed"));
        assumeTrue(closed.toFile().setWritable(false), "the file system knows no permissions");
        assumeFalse(Files.isWritable(closed), "this user may write everywhere");
        var refused =
                assertThrows(
                        ConversionRefusedException.class,
                        () -> StagedOutput.at(closed.resolve("a.gguf"), Existing.REFUSED));
        String message = String.valueOf(refused.getMessage());
        assertTrue(message.endsWith("no permission to write into " + closed), message);
    }
}
