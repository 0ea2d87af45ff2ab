package dev.trilobit.cli.logits;

import dev.trilobit.api.backend.DecoderSession;
import dev.trilobit.api.backend.LogitRows;
import dev.trilobit.cli.io.CommandFailedException;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.AtomicMoveNotSupportedException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;

/**
 * Writes logits: float32 little-endian, one row a token. A file appears whole or not at all; a pipe
 * or a device that is there is written to as it is.
 */
final class LogitsFile {
    private LogitsFile() {}

    /**
     * Runs {@code tokens} one by one and writes the scores after each.
     *
     * @param session empty
     * @throws CommandFailedException if the file cannot be written; nothing is left then
     */
    static void write(Path file, int[] tokens, DecoderSession session) {
        Path target = file.toAbsolutePath();
        try {
            if (Files.exists(target) && !Files.isRegularFile(target)) {
                write(target, session, tokens);
                return;
            }
            Path part =
                    target.resolveSibling(
                            ".%s.%d.part"
                                    .formatted(
                                            target.getFileName(), ProcessHandle.current().pid()));
            try {
                write(part, session, tokens);
                move(part, target);
            } finally {
                Files.deleteIfExists(part);
            }
        } catch (IOException e) {
            throw new CommandFailedException(
                    "--out %s: cannot be written: %s".formatted(file, e), e);
        }
    }

    private static void write(Path part, DecoderSession session, int[] tokens) throws IOException {
        try (FileChannel channel =
                FileChannel.open(
                        part,
                        StandardOpenOption.CREATE,
                        StandardOpenOption.TRUNCATE_EXISTING,
                        StandardOpenOption.WRITE)) {
            for (int token : tokens) {
                ByteBuffer row = littleEndian(session.forward(new int[] {token}, LogitRows.LAST));
                while (row.hasRemaining()) {
                    channel.write(row);
                }
            }
        }
    }

    private static ByteBuffer littleEndian(MemorySegment logits) {
        ByteBuffer row =
                ByteBuffer.allocate(Math.toIntExact(logits.byteSize()))
                        .order(ByteOrder.LITTLE_ENDIAN);
        row.asFloatBuffer().put(logits.toArray(ValueLayout.JAVA_FLOAT));
        return row;
    }

    private static void move(Path part, Path target) throws IOException {
        try {
            Files.move(part, target, StandardCopyOption.ATOMIC_MOVE);
        } catch (AtomicMoveNotSupportedException _) {
            Files.move(part, target, StandardCopyOption.REPLACE_EXISTING);
        }
    }
}
