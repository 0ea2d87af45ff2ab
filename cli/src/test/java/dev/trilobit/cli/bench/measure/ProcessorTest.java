package dev.trilobit.cli.bench.measure;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
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
    void numbersOfArmAreTold() throws IOException {
        Path file =
                Files.writeString(
                        folder.resolve("cpuinfo"),
                        """
                        processor\t: 0
                        BogoMIPS\t: 50.00
                        CPU implementer\t: 0x41
                        CPU variant\t: 0x1
                        CPU part\t: 0xd40
                        CPU revision\t: 1
                        """);
        assertEquals(
                "ARM, implementer 0x41 part 0xd40 variant 0x1 revision 1", Processor.read(file));
    }

    @Test
    void aProgramMayKnowTheName() {
        assertEquals("Some M1", Processor.ask(List.of("echo", "Some M1")));
        assertEquals("unknown processor", Processor.ask(List.of("/no/such/program")));
    }

    @Test
    void withoutTheFileNothingIsMadeUp() {
        assertEquals("unknown processor", Processor.read(folder.resolve("none")));
    }
}
