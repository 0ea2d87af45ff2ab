package dev.trilobit.cli.io;

import java.util.Locale;

/** Writes numbers of bytes for people. */
public final class ByteCount {
    private static final long MEGABYTE = 1_000_000;
    private static final long GIGABYTE = 1_000_000_000;

    private ByteCount() {}

    /** Returns for instance {@code 512 bytes}, {@code 6.3 MB} or {@code 1.2 GB}; powers of ten. */
    public static String text(long bytes) {
        if (bytes < MEGABYTE / 10) {
            return bytes + " bytes";
        }
        return bytes < GIGABYTE
                ? String.format(Locale.ROOT, "%.1f MB", (double) bytes / MEGABYTE)
                : String.format(Locale.ROOT, "%.1f GB", (double) bytes / GIGABYTE);
    }
}
