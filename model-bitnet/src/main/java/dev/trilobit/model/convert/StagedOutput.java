package dev.trilobit.model.convert;

import dev.trilobit.model.convert.ConversionOptions.Existing;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.file.AtomicMoveNotSupportedException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Comparator;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A file or folder that appears whole or not at all. It is made beside its place under a name of
 * its own, {@code .NAME.PID.part}, handed to the disk and then renamed. What fails, or is stopped
 * by a signal that Java can see, is deleted; what was killed outright is deleted by the next
 * attempt.
 */
final class StagedOutput implements AutoCloseable {
    private static final String PART = ".part";
    private static final String OLD = ".old";

    private final Path parent;
    private final Path target;
    private final Path staging;
    private final Thread hook;
    private boolean committed;

    private StagedOutput(Path parent, Path target) {
        this.parent = parent;
        this.target = target;
        this.staging = beside(target, PART);
        this.hook = Thread.ofPlatform().unstarted(this::discard);
    }

    /**
     * Prepares.
     *
     * @throws ConversionRefusedException if the target is there and not to be replaced, is nothing
     *     that may be replaced, or has no folder to be in
     */
    static StagedOutput at(Path target, Existing existing) {
        Path place = target.toAbsolutePath().normalize();
        Path parent = place.getParent();
        if (parent == null || !Files.isDirectory(parent)) {
            throw new ConversionRefusedException(
                    "%s: there is no folder %s".formatted(target, parent));
        }
        if (Files.exists(place)) {
            requireReplaceable(target, existing);
        }
        var output = new StagedOutput(parent, place);
        output.deleteRemains();
        Runtime.getRuntime().addShutdownHook(output.hook);
        return output;
    }

    private static void requireReplaceable(Path target, Existing existing) {
        if (existing == Existing.REFUSED) {
            throw new ConversionRefusedException(target + " is there already");
        }
        if (Files.isDirectory(target) && !isModelFolder(target)) {
            throw new ConversionRefusedException(
                    target
                            + " is a folder with other things than a model in it; it is not replaced");
        }
    }

    /** Replacing means deleting, so it has to be something that was converted or downloaded. */
    private static boolean isModelFolder(Path folder) {
        try (var files = Files.list(folder)) {
            List<String> names = files.map(file -> file.getFileName().toString()).toList();
            return names.isEmpty()
                    || names.contains("config.json")
                    || names.stream().allMatch(name -> name.endsWith(".gguf"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Path beside(Path target, String ending) {
        return target.resolveSibling(
                ".%s.%d%s".formatted(target.getFileName(), ProcessHandle.current().pid(), ending));
    }

    /** Deletes what processes left that are no more. */
    private void deleteRemains() {
        Pattern remains =
                Pattern.compile(
                        Pattern.quote("." + target.getFileName() + ".") + "(\\d{1,18})\\.part");
        try (var files = Files.list(parent)) {
            for (Path file : files.toList()) {
                Matcher match = remains.matcher(file.getFileName().toString());
                if (match.matches() && ProcessHandle.of(Long.parseLong(match.group(1))).isEmpty()) {
                    delete(file);
                }
            }
            delete(staging);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Returns where to write: a path of which nothing is there. */
    Path path() {
        return staging;
    }

    /** Gives the output its name. */
    void commit() throws IOException {
        force(staging);
        boolean replacesFolder = Files.isDirectory(target);
        Path old = beside(target, OLD);
        if (replacesFolder) {
            move(target, old);
        }
        try {
            move(staging, target);
        } catch (IOException e) {
            if (replacesFolder) {
                move(old, target);
            }
            throw e;
        }
        committed = true;
        forceFolder(parent);
        if (replacesFolder) {
            delete(old);
        }
    }

    private static void move(Path from, Path to) throws IOException {
        try {
            Files.move(from, to, StandardCopyOption.ATOMIC_MOVE);
        } catch (AtomicMoveNotSupportedException _) {
            Files.move(from, to, StandardCopyOption.REPLACE_EXISTING);
        }
    }

    private static void force(Path path) throws IOException {
        try (var files = Files.walk(path)) {
            for (Path file : files.toList()) {
                if (Files.isDirectory(file)) {
                    forceFolder(file);
                } else {
                    try (var channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
                        channel.force(true);
                    }
                }
            }
        }
    }

    private static void forceFolder(Path folder) {
        try (var channel = FileChannel.open(folder, StandardOpenOption.READ)) {
            channel.force(true);
        } catch (IOException _) {
            // Not every system opens folders; the rename is then as durable as it makes it.
        }
    }

    private static void delete(Path path) throws IOException {
        if (!Files.exists(path)) {
            return;
        }
        try (var files = Files.walk(path)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(file);
            }
        }
    }

    private void discard() {
        try {
            delete(staging);
        } catch (IOException | UncheckedIOException _) {
            // The next attempt deletes it.
        }
    }

    /** Deletes what was written unless it was committed. Idempotent. */
    @Override
    public void close() {
        if (!committed) {
            discard();
        }
        try {
            Runtime.getRuntime().removeShutdownHook(hook);
        } catch (IllegalStateException _) {
            // Java is going down, and the hook runs.
        }
    }
}
