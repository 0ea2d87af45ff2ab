package dev.trilobit.cli.load;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.trilobit.model.arch.ModelConfig;
import dev.trilobit.model.file.ModelFolder;
import dev.trilobit.model.file.ModelFolders;
import dev.trilobit.model.file.ModelFormatException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PulledFolderTest {
    @TempDir private Path snapshot;

    @Test
    void modelHasTheNameOnTheHubAndAFileItsPath() throws IOException {
        Path config = Files.writeString(snapshot.resolve("config.json"), "{}");
        try (var folder = new PulledFolder("owner/name", ModelFolders.open(snapshot))) {
            assertEquals("owner/name", folder.label());
            assertEquals(config.toString(), folder.label("config.json"));
            var error = assertThrows(ModelFormatException.class, () -> ModelConfig.read(folder));
            String message = String.valueOf(error.getMessage());
            assertTrue(message.startsWith(config + ": "), message);
        }
    }

    /** It is called by its name, and a conversion onto itself still finds out where it is. */
    @Test
    void modelOfTheCacheKnowsItsPlaceWhateverItIsCalled() throws IOException {
        Path file = Files.writeString(snapshot.resolve("m.gguf"), "GGUF");
        try (ModelFolder pulled = new PulledFolder("owner/name", ModelFolders.open(file))) {
            assertEquals("owner/name", pulled.label());
            assertEquals(
                    Optional.of(snapshot),
                    pulled.directory().map(Path::toAbsolutePath).map(Path::normalize));
        }
    }
}
