package dev.trilobit.cli.bench.measure;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Lets the kernel count the peak of this process's memory anew, where it can: on Linux. */
public final class PeakRestart {
    /** See proc(5): 5 resets the peak resident set size to what is resident now. */
    private static final Path FILE = Path.of("/proc/self/clear_refs");

    private PeakRestart() {}

    /** Forgets the peak so far; where that is not possible, nothing happens. */
    public static void now() {
        try {
            if (Files.isWritable(FILE)) {
                Files.writeString(FILE, "5");
            }
        } catch (IOException _) {
            // The peak then includes what came before.
        }
    }
}
