package dev.trilobit.cli.bench.measure;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ProvenanceTest {
    @TempDir private Path folder;

    @Test
    void sourcesAreTheCheckoutAroundABuild() throws IOException {
        Path jar = folder.resolve("checkout/cli/target/cli.jar");
        Files.createDirectories(jar.getParent());
        Files.createDirectories(folder.resolve(".git"));
        // A repository of something else that this was copied into.
        assertEquals(Optional.empty(), SourceCommit.sources(jar));
        Files.createFile(folder.resolve("checkout/.git"));
        Files.createFile(folder.resolve("checkout/cli/pom.xml"));
        assertEquals(Optional.of(folder.resolve("checkout")), SourceCommit.sources(jar));
    }
}
