package dev.trilobit.cli.io;

import java.io.IOException;
import java.nio.file.AtomicMoveNotSupportedException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;

/** Writes a file that appears whole or not at all. */
public final class WholeFile {
    private WholeFile() {}

    /** Writes the content of a file. */
    @FunctionalInterface
    public interface Content {
        /** Writes to {@code part}, a path beside the file. */
        void write(Path part) throws IOException;
    }

    /**
     * Writes a file beside {@code target} and gives it its name.
     *
     * @throws IOException if it cannot be written; nothing is left then
     */
    public static void write(Path target, Content content) throws IOException {
        Path part =
                target.resolveSibling(
                        ".%s.%d.part"
                                .formatted(target.getFileName(), ProcessHandle.current().pid()));
        try {
            content.write(part);
            move(part, target);
        } finally {
            Files.deleteIfExists(part);
        }
    }

    private static void move(Path part, Path target) throws IOException {
        try {
            Files.move(part, target, StandardCopyOption.ATOMIC_MOVE);
        } catch (AtomicMoveNotSupportedException _) {
            Files.move(part, target, StandardCopyOption.REPLACE_EXISTING);
        }
    }
}
