package dev.trilobit.cli.bench.measure;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ProcessorTest {
    @TempDir private Path folder;

    @Test
    void firstProcessorIsNamedWithFamilyAndModel() throws IOException {
        Path file =
                Files.writeString(
                        folder.resolve("cpuinfo"),
                        """
                        processor\t: 0
                        cpu family\t: 25
                        model\t\t: 17
                        model name\t: Some CPU @ 3 GHz

                        model name\t: Another
                        """);
        assertEquals("Some CPU @ 3 GHz, family 25 model 17", Processor.read(file));
    }

    @Test
    void withoutTheFileNothingIsMadeUp() {
        assertEquals("unknown processor", Processor.read(folder.resolve("none")));
    }
}
