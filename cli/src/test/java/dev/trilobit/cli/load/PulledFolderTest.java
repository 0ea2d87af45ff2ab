package dev.trilobit.cli.load;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.trilobit.model.file.ModelFolder;
import dev.trilobit.model.file.ModelFolders;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

class PulledFolderTest {
    @TempDir private Path folder;

    /** It is called by its name, and a conversion onto itself still finds out where it is. */
    @Test
    void modelOfTheCacheKnowsItsPlaceWhateverItIsCalled() throws IOException {
        Path file = Files.writeString(folder.resolve("m.gguf"), "GGUF");
        try (ModelFolder pulled = new PulledFolder("owner/name", ModelFolders.open(file))) {
            assertEquals("owner/name", pulled.label());
            assertEquals(
                    Optional.of(folder),
                    pulled.directory().map(Path::toAbsolutePath).map(Path::normalize));
        }
    }
}
