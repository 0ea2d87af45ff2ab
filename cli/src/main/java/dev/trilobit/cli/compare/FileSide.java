package dev.trilobit.cli.compare;

import dev.trilobit.cli.io.CommandFailedException;
import dev.trilobit.cli.io.TokenCount;
import dev.trilobit.cli.io.UsageException;
import dev.trilobit.conformance.metric.LogitCursor;
import dev.trilobit.conformance.metric.LogitSource;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.NoSuchElementException;

/**
 * Logits that were written before, as {@code trilobit logits} writes them: float32, little-endian,
 * [tokens, vocabulary]; the rows of several sequences follow one another.
 */
final class FileSide implements Side {
    private static final ValueLayout.OfFloat LITTLE_ENDIAN =
            ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

    private final String name;
    private final Path file;
    private final Arena arena;
    private final MemorySegment logits;

    private FileSide(String name, Path file, Arena arena, MemorySegment logits) {
        this.name = name;
        this.file = file;
        this.arena = arena;
        this.logits = logits;
    }

    /**
     * Maps the file.
     *
     * @throws CommandFailedException if it cannot be read
     */
    static FileSide open(Operand.OfFile operand) {
        Arena arena = Arena.ofShared();
        try (FileChannel channel = FileChannel.open(operand.file(), StandardOpenOption.READ)) {
            MemorySegment mapped =
                    channel.map(FileChannel.MapMode.READ_ONLY, 0, channel.size(), arena);
            return new FileSide(operand.name(), operand.file(), arena, mapped);
        } catch (IOException e) {
            arena.close();
            throw new CommandFailedException(
                    "%s: %s cannot be read: %s".formatted(operand.name(), operand.file(), e), e);
        }
    }

    /**
     * Returns the vocabulary with which the file holds the logits of so many tokens.
     *
     * @throws UsageException if there is none
     */
    int vocabulary(long tokens) {
        long row = tokens * Float.BYTES;
        long vocabulary = logits.byteSize() / row;
        if (logits.byteSize() % row != 0 || vocabulary < 1 || vocabulary > Integer.MAX_VALUE) {
            throw new UsageException(
                    "%s: %s, taken for float32 logits, has %s bytes; %s need a multiple of %s"
                            .formatted(
                                    name,
                                    file,
                                    TokenCount.number(logits.byteSize()),
                                    TokenCount.text(tokens),
                                    TokenCount.number(row)));
        }
        return (int) vocabulary;
    }

    /**
     * Checks the size.
     *
     * @throws UsageException if it is not that of so many tokens and logits
     */
    private void requireSize(long tokens, int vocabulary) {
        long row = (long) vocabulary * Float.BYTES;
        if (logits.byteSize() != tokens * row) {
            String holds =
                    logits.byteSize() % row == 0
                            ? " (%s)".formatted(TokenCount.text(logits.byteSize() / row))
                            : "";
            throw new UsageException(
                    "%s: %s, taken for float32 logits, has %s bytes%s; %s of %s logits need %s"
                            .formatted(
                                    name,
                                    file,
                                    TokenCount.number(logits.byteSize()),
                                    holds,
                                    TokenCount.text(tokens),
                                    TokenCount.number(vocabulary),
                                    TokenCount.number(tokens * row)));
        }
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public String label() {
        return file.toString();
    }

    @Override
    public LogitSource scoring(Sequences sequences, int vocabulary) {
        requireSize(sequences.tokens(), vocabulary);
        return new Rows(vocabulary);
    }

    @Override
    public void close() {
        if (arena.scope().isAlive()) {
            arena.close();
        }
    }

    /** Gives each sequence that is opened the rows after those of the one before. */
    private final class Rows implements LogitSource {
        private final int vocabulary;
        private long used;

        Rows(int vocabulary) {
            this.vocabulary = vocabulary;
        }

        @Override
        public LogitCursor open(int[] tokens) {
            long first = used;
            used += tokens.length;
            return new RowCursor(first, used, vocabulary);
        }
    }

    private final class RowCursor implements LogitCursor {
        private final long end;
        private final int vocabulary;
        private long next;

        RowCursor(long first, long end, int vocabulary) {
            this.next = first;
            this.end = end;
            this.vocabulary = vocabulary;
        }

        @Override
        public double[] next() {
            if (next == end) {
                throw new NoSuchElementException("no rows after row " + end);
            }
            var row = new double[vocabulary];
            for (int i = 0; i < vocabulary; i++) {
                row[i] = logits.getAtIndex(LITTLE_ENDIAN, next * vocabulary + i);
            }
            next++;
            return row;
        }

        @Override
        public void close() {
            // The file stays open for the next sequence.
        }
    }
}
