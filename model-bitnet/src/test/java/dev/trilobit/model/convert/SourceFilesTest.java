package dev.trilobit.model.convert;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.trilobit.model.file.ModelFolder;
import dev.trilobit.model.file.ModelFolders;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The source is found under every name that replacing it could have. */
class SourceFilesTest {
    @TempDir private Path folder;

    @BeforeEach
    void files() throws IOException {
        Path models = Files.createDirectories(folder.resolve("all/models"));
        for (String name :
                new String[] {"m.gguf", "p-00001-of-00002.gguf", "p-00002-of-00002.gguf"}) {
            Files.writeString(models.resolve(name), "GGUF");
        }
        Files.writeString(folder.resolve("other.gguf"), "GGUF");
    }

    private boolean isAt(String source, String target) throws IOException {
        try (ModelFolder opened = ModelFolders.open(folder.resolve(source))) {
            return new SourceFiles(opened).isAt(folder.resolve(target));
        }
    }

    @ParameterizedTest
    @CsvSource({
        "all/models/m.gguf, all/models/m.gguf, true",
        "all/models/m.gguf, all/models, true",
        "all/models/m.gguf, all, true",
        "all/models/m.gguf, all/../all/models, true",
        "all/models/m.gguf, other.gguf, false",
        "all/models/m.gguf, all/models/p-00001-of-00002.gguf, false",
        "all/models/m.gguf, nothing, false",
        "all/models/p-00001-of-00002.gguf, all/models/p-00002-of-00002.gguf, true",
        "all/models, all/models, true",
        "all/models, all, true",
        "all/models, other.gguf, false"
    })
    void sourceIsWhereItsFilesAre(String source, String target, boolean expected)
            throws IOException {
        assertEquals(expected, isAt(source, target));
    }

    /** A cache keeps the bytes in one place and links to them in another. */
    @Test
    void linkAndWhatItLeadsToAreBothTheSource() throws IOException {
        Path blobs = Files.createDirectory(folder.resolve("blobs"));
        Path snapshot = Files.createDirectory(folder.resolve("snapshot"));
        Files.writeString(blobs.resolve("1234"), "GGUF");
        Files.createSymbolicLink(snapshot.resolve("m.gguf"), Path.of("../blobs/1234"));
        for (String source : new String[] {"snapshot", "snapshot/m.gguf"}) {
            for (String target : new String[] {"snapshot", "snapshot/m.gguf", "blobs"}) {
                assertEquals(true, isAt(source, target), source + " at " + target);
            }
        }
        assertEquals(false, isAt("snapshot/m.gguf", "all"));
    }
}
