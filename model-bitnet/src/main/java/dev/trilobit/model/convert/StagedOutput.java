package dev.trilobit.model.convert;

import dev.trilobit.model.convert.ConversionOptions.Existing;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.file.AtomicMoveNotSupportedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;

/**
 * A file or folder that appears whole or not at all. It is made beside its place under a name of
 * its own, handed to the disk and then renamed. What fails, or is stopped by a signal that Java can
 * see, is deleted; what was killed outright is settled by the next attempt ({@link Remains}): a
 * folder cannot be exchanged in one step, so that one which is replaced has no name for a moment.
 */
final class StagedOutput implements AutoCloseable {
    private final Path target;
    private final Existing existing;
    private final Path staging;
    private final Path old;
    private final Thread hook;
    private boolean committed;
    private boolean discarded;

    private StagedOutput(Remains remains, Existing existing) {
        Path attempt = remains.attempt();
        this.target = remains.target();
        this.existing = existing;
        this.staging = attempt.resolveSibling(attempt.getFileName() + "." + Remains.PART);
        this.old = attempt.resolveSibling(attempt.getFileName() + "." + Remains.OLD);
        this.hook = Thread.ofPlatform().unstarted(this::discard);
    }

    /**
     * Prepares, and tidies up after attempts that were killed.
     *
     * @throws ConversionRefusedException if the target is there and not to be replaced, is nothing
     *     that may be replaced, or has no folder that it can be written into
     */
    static StagedOutput at(Path target, Existing existing) throws IOException {
        Path place = target.toAbsolutePath().normalize();
        Path parent = place.getParent();
        if (parent == null || !Files.isDirectory(parent)) {
            throw new ConversionRefusedException(
                    "%s: there is no folder %s".formatted(target, parent));
        }
        if (!Files.isWritable(parent)) {
            throw new ConversionRefusedException(
                    "%s: there is no permission to write into %s".formatted(target, parent));
        }
        var remains = new Remains(place);
        remains.tidy();
        new ReplaceableTarget(target).require(existing);
        var output = new StagedOutput(remains, existing);
        Runtime.getRuntime().addShutdownHook(output.hook);
        return output;
    }

    /** Returns where to write: a path of which nothing is there. */
    Path path() {
        return staging;
    }

    /**
     * Gives the output its name.
     *
     * @throws ConversionRefusedException if something has come to be there that is not to be
     *     replaced
     */
    void commit() throws IOException {
        force(staging);
        publish();
        forceFolder(target.resolveSibling(""));
    }

    /** What happens here and what the end of the program does exclude each other. */
    private synchronized void publish() throws IOException {
        if (discarded) {
            throw new IOException(target + " was given up: the program ends");
        }
        new ReplaceableTarget(target).require(existing);
        if (Files.isDirectory(target)) {
            exchange();
        } else if (existing == Existing.REFUSED && Files.isRegularFile(staging)) {
            link();
        } else {
            move(staging, target);
        }
        committed = true;
        Remains.delete(old);
    }

    private void exchange() throws IOException {
        move(target, old);
        try {
            move(staging, target);
        } catch (IOException e) {
            move(old, target);
            throw e;
        }
    }

    /** Unlike a rename, a link never replaces what came to be there in the last moment. */
    private void link() throws IOException {
        try {
            Files.createLink(target, staging);
        } catch (FileAlreadyExistsException e) {
            throw new ConversionRefusedException(target + " is there already", e);
        } catch (UnsupportedOperationException | FileSystemException _) {
            move(staging, target); // not every file system has links
            return;
        }
        Files.delete(staging);
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

    private synchronized void discard() {
        discarded = true;
        if (committed) {
            return;
        }
        try {
            Remains.delete(staging);
        } catch (IOException | UncheckedIOException _) {
            // The next attempt deletes it.
        }
    }

    /** Deletes what was written unless it was committed. Idempotent. */
    @Override
    public void close() {
        discard();
        try {
            Runtime.getRuntime().removeShutdownHook(hook);
        } catch (IllegalStateException _) {
            // Java is going down, and the hook runs.
        }
    }
}
