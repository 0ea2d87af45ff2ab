package dev.trilobit.model.hub;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLongArray;

/**
 * A file that is being fetched in pieces. Behind the place of its content it keeps a record, so
 * that another process can go on with it: {@code long} magic, bytes of the content, bytes of a
 * piece, then for each piece how many of its bytes are there, from its start. Content is written
 * before it is recorded. Big-endian.
 *
 * <p>A piece is written by one thread at a time.
 */
final class PartialFile implements AutoCloseable {
    private static final long MAGIC = 0x54726c6250617274L; // "TrlbPart"
    private static final int HEADER_BYTES = 3 * Long.BYTES;
    private static final long RECORD_EVERY_BYTES = 1 << 20;
    private static final int MOST_PIECES = 1 << 20;

    private final FileChannel channel;
    private final long size;
    private final long pieceBytes;
    private final AtomicLongArray done;
    private final AtomicLongArray recorded;
    private volatile boolean resumed;

    /** No piece before it lacks anything, if all is written in order. */
    private int next;

    private PartialFile(FileChannel channel, long size, long pieceBytes, boolean resumed) {
        this.channel = channel;
        this.size = size;
        this.pieceBytes = pieceBytes;
        this.resumed = resumed;
        int pieces = Math.toIntExact(Math.ceilDiv(size, pieceBytes));
        done = new AtomicLongArray(pieces);
        recorded = new AtomicLongArray(pieces);
    }

    /**
     * Opens a file that an earlier attempt left, or makes one.
     *
     * @param size bytes of the content
     * @param pieceBytes of a new file; one that is there keeps its own
     */
    static PartialFile open(Path path, long size, long pieceBytes) throws IOException {
        FileChannel channel =
                FileChannel.open(
                        path,
                        StandardOpenOption.CREATE,
                        StandardOpenOption.READ,
                        StandardOpenOption.WRITE);
        try {
            Optional<PartialFile> existing = existing(channel, size, pieceBytes);
            if (existing.isPresent()) {
                return existing.get();
            }
            // More pieces than a record may have would be a waste of requests as well.
            long fresh = Math.max(pieceBytes, Math.ceilDiv(size, MOST_PIECES));
            var file = new PartialFile(channel, size, fresh, false);
            file.reset();
            return file;
        } catch (IOException | RuntimeException e) {
            channel.close();
            throw e;
        }
    }

    private static Optional<PartialFile> existing(FileChannel channel, long size, long pieceBytes)
            throws IOException {
        if (size > 0 && channel.size() == size) {
            return Optional.of(finished(channel, size, pieceBytes));
        }
        long own = recordedPieceBytes(channel, size);
        if (own == 0) {
            return Optional.empty();
        }
        var file = new PartialFile(channel, size, own, true);
        return file.readRecord() ? Optional.of(file) : Optional.empty();
    }

    /** Returns how much of a content an earlier attempt left in {@code path}, which may not be. */
    static long doneBytes(Path path, RemoteFile remote) throws IOException {
        if (!Files.isRegularFile(path)) {
            return 0;
        }
        try (FileChannel channel = FileChannel.open(path, StandardOpenOption.READ)) {
            return existing(channel, remote.size(), 1).map(PartialFile::doneBytes).orElse(0L);
        }
    }

    /** A file that was complete and checked, when its process died before it could rename it. */
    private static PartialFile finished(FileChannel channel, long size, long pieceBytes) {
        long own = Math.max(pieceBytes, Math.ceilDiv(size, MOST_PIECES));
        var file = new PartialFile(channel, size, own, true);
        for (int piece = 0; piece < file.pieces(); piece++) {
            file.done.set(piece, file.length(piece));
            file.recorded.set(piece, file.length(piece));
        }
        return file;
    }

    /** Returns the size of the pieces, or 0 if the file is none of {@code size} bytes. */
    private static long recordedPieceBytes(FileChannel channel, long size) throws IOException {
        ByteBuffer header = ByteBuffer.allocate(HEADER_BYTES);
        if (channel.size() <= size || channel.read(header, size) != HEADER_BYTES) {
            return 0;
        }
        header.flip();
        if (header.getLong() != MAGIC || header.getLong() != size) {
            return 0;
        }
        long piece = header.getLong();
        boolean sensible = piece > 0 && Math.ceilDiv(size, piece) <= MOST_PIECES;
        return sensible && channel.size() == wholeBytes(size, piece) ? piece : 0;
    }

    private static long wholeBytes(long size, long pieceBytes) {
        return size + HEADER_BYTES + Math.ceilDiv(size, pieceBytes) * Long.BYTES;
    }

    private boolean readRecord() throws IOException {
        ByteBuffer record = ByteBuffer.allocate(pieces() * Long.BYTES);
        if (channel.read(record, size + HEADER_BYTES) != record.capacity()) {
            return false;
        }
        record.flip();
        for (int piece = 0; piece < pieces(); piece++) {
            long bytes = record.getLong();
            if (bytes < 0 || bytes > length(piece)) {
                return false;
            }
            done.set(piece, bytes);
            recorded.set(piece, bytes);
        }
        return true;
    }

    /** Forgets everything. */
    void reset() throws IOException {
        resumed = false;
        next = 0;
        channel.truncate(0);
        ByteBuffer record = ByteBuffer.allocate(HEADER_BYTES + pieces() * Long.BYTES);
        record.putLong(MAGIC).putLong(size).putLong(pieceBytes).clear();
        writeFully(record, size);
        for (int piece = 0; piece < pieces(); piece++) {
            done.set(piece, 0);
            recorded.set(piece, 0);
        }
    }

    /** Tells whether some of it is of an earlier attempt. */
    boolean resumed() {
        return resumed;
    }

    int pieces() {
        return done.length();
    }

    /** Returns where a piece starts. */
    long start(int piece) {
        return piece * pieceBytes;
    }

    /** Returns the bytes of a piece. */
    long length(int piece) {
        return Math.min(pieceBytes, size - start(piece));
    }

    /** Returns how many bytes of a piece are there. */
    long done(int piece) {
        return done.get(piece);
    }

    /** Returns how many bytes are there. */
    long doneBytes() {
        long sum = 0;
        for (int piece = 0; piece < pieces(); piece++) {
            sum += done(piece);
        }
        return sum;
    }

    /**
     * Writes where the piece has got to.
     *
     * @param data at most as many bytes as the piece lacks
     */
    void append(int piece, ByteBuffer data) throws IOException {
        long bytes = data.remaining();
        long before = done(piece);
        if (bytes > length(piece) - before) {
            throw new IOException("more bytes came than were asked for");
        }
        writeFully(data, start(piece) + before);
        done.set(piece, before + bytes);
        if (before + bytes - recorded.get(piece) >= RECORD_EVERY_BYTES) {
            record(piece);
        }
    }

    /**
     * Writes behind everything that is there, if that was written in order, which must be so from
     * the last {@link #reset} on.
     *
     * @param data at most as many bytes as the file lacks
     */
    void append(ByteBuffer data) throws IOException {
        while (data.hasRemaining()) {
            while (next < pieces() && done(next) == length(next)) {
                next++;
            }
            if (next == pieces()) {
                throw new IOException("more bytes came than the file has");
            }
            int bytes = (int) Math.min(data.remaining(), length(next) - done(next));
            append(next, data.slice(data.position(), bytes));
            data.position(data.position() + bytes);
        }
    }

    /** Puts on record how far a piece is. */
    void record(int piece) throws IOException {
        ByteBuffer count = ByteBuffer.allocate(Long.BYTES).putLong(done(piece)).flip();
        writeFully(count, size + HEADER_BYTES + (long) piece * Long.BYTES);
        recorded.set(piece, done(piece));
    }

    private void writeFully(ByteBuffer data, long position) throws IOException {
        long at = position;
        while (data.hasRemaining()) {
            at += channel.write(data, at);
        }
    }

    /** Compares the content, which is complete, with its hash. */
    Optional<String> mismatch(RemoteFile remote) throws IOException {
        return ContentHash.mismatch(channel, remote);
    }

    /** Drops the record and sees to it that the content is on the disk. */
    void finish() throws IOException {
        channel.truncate(size);
        channel.force(true);
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }
}
