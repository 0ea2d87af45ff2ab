package dev.trilobit.cli.io;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * The most memory this process has held.
 *
 * @param bytes how much
 * @param measured whether the kernel counted it; else it is an estimate: the heap and what the
 *     caller knows to lie outside it
 */
public record PeakMemory(long bytes, boolean measured) {
    private static final Path STATUS = Path.of("/proc/self/status");
    private static final String KEY = "VmHWM:";

    /**
     * Asks the kernel, or else estimates.
     *
     * @param nativeBytes known to be held outside the heap; used by the estimate alone
     */
    public static PeakMemory now(long nativeBytes) {
        return read(STATUS, nativeBytes);
    }

    /** As {@link #now}, from a file in the format of proc(5). */
    static PeakMemory read(Path status, long nativeBytes) {
        try {
            for (String line : Files.readAllLines(status)) {
                if (line.startsWith(KEY)) {
                    String kib = line.substring(KEY.length()).replace("kB", "").strip();
                    return new PeakMemory(Long.parseLong(kib) * 1024, true);
                }
            }
        } catch (IOException | NumberFormatException _) {
            // No such file outside Linux: estimate.
        }
        return new PeakMemory(Runtime.getRuntime().totalMemory() + nativeBytes, false);
    }

    /** Returns how it was found, one word or two. */
    public String kind() {
        return measured ? "peak RSS" : "heap and weights, estimated";
    }

    @Override
    public String toString() {
        return ByteCount.text(bytes) + " " + kind();
    }
}
