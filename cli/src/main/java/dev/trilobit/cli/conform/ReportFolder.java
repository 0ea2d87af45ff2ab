package dev.trilobit.cli.conform;

import dev.trilobit.cli.io.CommandFailedException;
import dev.trilobit.cli.io.UsageException;
import dev.trilobit.cli.io.WholeFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import tools.jackson.databind.json.JsonMapper;

/**
 * Where a report is written.
 *
 * @param path a folder that is there
 */
record ReportFolder(Path path) {
    /**
     * Makes the folder before the long run, so that it fails now or not at all.
     *
     * @throws UsageException if something else has that name
     * @throws CommandFailedException if it cannot be made or written to
     */
    static ReportFolder make(Path path) {
        if (Files.exists(path) && !Files.isDirectory(path)) {
            throw new UsageException("--out: %s is a file, expected a folder".formatted(path));
        }
        try {
            Files.createDirectories(path);
            Files.delete(Files.createTempFile(path, ".conformance", ".part"));
        } catch (IOException e) {
            throw failed(path, e);
        }
        return new ReportFolder(path);
    }

    private static CommandFailedException failed(Path path, IOException cause) {
        return new CommandFailedException(
                "--out %s: cannot be written: %s".formatted(path, cause), cause);
    }

    /** Returns the page for people. */
    Path page() {
        return path.resolve("conformance.html");
    }

    /** Returns the file for programs. */
    Path data() {
        return path.resolve("conformance.json");
    }

    /**
     * Removes the report of an earlier run.
     *
     * @throws CommandFailedException if it cannot be removed
     */
    void clear() {
        try {
            Files.deleteIfExists(data());
            Files.deleteIfExists(page());
        } catch (IOException e) {
            throw failed(path, e);
        }
    }

    /**
     * Writes both; each appears whole or not at all.
     *
     * @throws CommandFailedException if they cannot be written
     */
    void write(Map<String, Object> report) {
        String text = JsonMapper.shared().writeValueAsString(report);
        try {
            WholeFile.write(data(), part -> Files.writeString(part, text + "\n"));
            WholeFile.write(page(), part -> Files.writeString(part, ReportPage.html(text)));
        } catch (IOException e) {
            throw failed(path, e);
        }
    }
}
