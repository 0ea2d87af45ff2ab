package dev.trilobit.model.convert;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.OptionalLong;
import java.util.concurrent.ThreadLocalRandom;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What attempts to write a target leave beside it when they are killed: {@code
 * .NAME.PID.START.NUMBER.part}, unfinished output, and {@code .old} instead of {@code .part}, what
 * was there before and was being replaced. The number keeps attempts of one process apart; its
 * start tells a process from a later one of the same id.
 *
 * @param target what was to be written; absolute
 */
record Remains(Path target) {
    static final String PART = "part";
    static final String OLD = "old";

    /** The start of a process is computed from the clock, which may have been set since. */
    private static final long SAME_START_SECONDS = 5;

    /** Returns the name of a new attempt without its ending; nothing of that name is there. */
    Path attempt() {
        ProcessHandle self = ProcessHandle.current();
        return target.resolveSibling(
                ".%s.%d.%d.%s"
                        .formatted(
                                target.getFileName(),
                                self.pid(),
                                start(self).orElse(0),
                                HexFormat.of().toHexDigits(ThreadLocalRandom.current().nextInt())));
    }

    /** Returns nothing where the system does not say it. */
    private static OptionalLong start(ProcessHandle process) {
        return process.info()
                .startInstant()
                .map(start -> OptionalLong.of(start.getEpochSecond()))
                .orElse(OptionalLong.empty());
    }

    /**
     * Tidies up after processes that are no more: deletes what they wrote, and gives what they were
     * replacing its name back unless the new one has it already.
     */
    void tidy() throws IOException {
        Pattern remains =
                Pattern.compile(
                        Pattern.quote("." + target.getFileName() + ".")
                                + "(\\d{1,18})\\.(\\d{1,18})\\.[0-9a-f]{8}\\.(part|old)");
        try (var files = Files.list(target.getParent())) {
            for (Path file : files.sorted().toList()) {
                Matcher match = remains.matcher(file.getFileName().toString());
                if (match.matches()
                        && !runs(Long.parseLong(match.group(1)), Long.parseLong(match.group(2)))) {
                    settle(file, match.group(3).equals(OLD));
                }
            }
        }
    }

    private static boolean runs(long pid, long start) {
        return ProcessHandle.of(pid)
                .filter(
                        process ->
                                Math.abs(start(process).orElse(start) - start)
                                        <= SAME_START_SECONDS)
                .isPresent();
    }

    private void settle(Path file, boolean old) throws IOException {
        if (old && Files.notExists(target)) {
            Files.move(file, target);
        } else {
            delete(file);
        }
    }

    /** Deletes a file, or a folder with what is in it, if it is there; links are not followed. */
    static void delete(Path path) throws IOException {
        if (Files.notExists(path)) {
            return;
        }
        try (var files = Files.walk(path)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(file);
            }
        }
    }
}
