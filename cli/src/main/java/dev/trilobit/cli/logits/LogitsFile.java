package dev.trilobit.cli.logits;

import dev.trilobit.cli.io.CommandFailedException;
import dev.trilobit.cli.io.ProgressBar;
import dev.trilobit.cli.io.WholeFile;
import dev.trilobit.conformance.metric.LogitCursor;
import dev.trilobit.conformance.metric.LogitSource;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * Writes logits: float32 little-endian, one row a token. A file appears whole or not at all; a pipe
 * or a device that is there is written to as it is.
 */
final class LogitsFile {
    private LogitsFile() {}

    /**
     * Runs {@code tokens} and writes the scores after each.
     *
     * @throws CommandFailedException if the file cannot be written; nothing is left then
     */
    static void write(Path file, int[] tokens, LogitSource source, ProgressBar progress) {
        Path target = file.toAbsolutePath();
        try {
            if (Files.exists(target) && !Files.isRegularFile(target)) {
                writeRows(target, tokens, source, progress);
                return;
            }
            WholeFile.write(target, part -> writeRows(part, tokens, source, progress));
        } catch (IOException e) {
            throw new CommandFailedException(
                    "--out %s: cannot be written: %s".formatted(file, e), e);
        }
    }

    private static void writeRows(Path part, int[] tokens, LogitSource source, ProgressBar progress)
            throws IOException {
        try (FileChannel channel =
                        FileChannel.open(
                                part,
                                StandardOpenOption.CREATE,
                                StandardOpenOption.TRUNCATE_EXISTING,
                                StandardOpenOption.WRITE);
                LogitCursor rows = source.open(tokens)) {
            for (int t = 0; t < tokens.length; t++) {
                ByteBuffer row = littleEndian(rows.next());
                while (row.hasRemaining()) {
                    channel.write(row);
                }
                progress.report(t + 1, tokens.length);
            }
        }
    }

    private static ByteBuffer littleEndian(double[] logits) {
        ByteBuffer row =
                ByteBuffer.allocate(logits.length * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        for (double logit : logits) {
            row.putFloat((float) logit);
        }
        return row.flip();
    }
}
