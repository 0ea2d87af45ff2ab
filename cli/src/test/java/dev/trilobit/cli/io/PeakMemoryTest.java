package dev.trilobit.cli.io;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PeakMemoryTest {
    @TempDir private Path folder;

    private Path status(String text) throws IOException {
        return Files.writeString(folder.resolve("status"), text);
    }

    @Test
    void kernelsHighWaterMarkIsTaken() throws IOException {
        Path status = status("Name:\tjava\nVmPeak:\t  999 kB\nVmHWM:\t  123456 kB\n");
        assertEquals(new PeakMemory(123456L * 1024, true), PeakMemory.read(status, 5));
        assertEquals("126.4 MB peak RSS", PeakMemory.read(status, 5).toString());
    }

    @Test
    void withoutTheKernelItIsAnEstimateAndSaysSo() {
        PeakMemory estimate = PeakMemory.read(folder.resolve("absent"), 1 << 20);
        assertFalse(estimate.measured());
        assertTrue(estimate.bytes() > 1 << 20);
        assertTrue(estimate.toString().endsWith("heap and weights, estimated"));
    }

    @Test
    void lineOfAnotherFormIsNotTakenForANumber() throws IOException {
        assertFalse(PeakMemory.read(status("VmHWM:\tmuch\n"), 0).measured());
    }
}
