package dev.trilobit.model.file;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * A file whose header is written and whose tensors have their places: they are filled in any order,
 * each once. Not safe for use by several threads.
 */
final class TensorFileWriter implements AutoCloseable {
    private static final long LARGEST_WRITE = 1 << 26;

    private final Path file;
    private final FileChannel channel;
    private final Map<String, Slot> missing;

    /**
     * Where a tensor goes.
     *
     * @param offset first byte in the file
     */
    record Slot(TensorEntry entry, long offset) {}

    private TensorFileWriter(Path file, FileChannel channel, Map<String, Slot> slots) {
        this.file = file;
        this.channel = channel;
        this.missing = new LinkedHashMap<>(slots);
    }

    /**
     * Creates the file, which must not be there, and writes its header.
     *
     * @param sizeBytes of the whole file
     */
    static TensorFileWriter create(
            Path file, MemorySegment header, Map<String, Slot> slots, long sizeBytes)
            throws IOException {
        FileChannel channel =
                FileChannel.open(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
        try {
            var writer = new TensorFileWriter(file, channel, slots);
            writer.writeAt(0, header);
            if (sizeBytes > channel.size()) {
                // The last byte may be padding, which nobody writes.
                channel.write(ByteBuffer.allocate(1), sizeBytes - 1);
            }
            return writer;
        } catch (IOException | RuntimeException e) {
            try {
                channel.close();
            } catch (IOException other) {
                e.addSuppressed(other);
            }
            throw e;
        }
    }

    /**
     * Writes a tensor.
     *
     * @throws IllegalArgumentException if it is not expected, was written, or has another size
     */
    void write(String name, MemorySegment bytes) throws IOException {
        Slot slot = missing.get(name);
        if (slot == null) {
            throw new IllegalArgumentException(
                    "%s: tensor %s is not expected, or was written before".formatted(file, name));
        }
        if (slot.entry().byteSize() != bytes.byteSize()) {
            throw new IllegalArgumentException(
                    "%s: tensor %s: %s has %d bytes, got %d"
                            .formatted(
                                    file,
                                    name,
                                    slot.entry().layout(),
                                    slot.entry().byteSize(),
                                    bytes.byteSize()));
        }
        writeAt(slot.offset(), bytes);
        missing.remove(name);
    }

    private void writeAt(long offset, MemorySegment bytes) throws IOException {
        for (long done = 0; done < bytes.byteSize(); ) {
            long part = Math.min(LARGEST_WRITE, bytes.byteSize() - done);
            ByteBuffer buffer = bytes.asSlice(done, part).asByteBuffer();
            while (buffer.hasRemaining()) {
                done += channel.write(buffer, offset + done);
            }
        }
    }

    /**
     * Hands everything to the disk.
     *
     * @throws IllegalStateException if a tensor was not written
     */
    void finish() throws IOException {
        if (!missing.isEmpty()) {
            throw new IllegalStateException(
                    "%s: tensors were not written: %s".formatted(file, missing.keySet()));
        }
        channel.force(true);
    }

    /** Closes the file, finished or not. */
    @Override
    public void close() throws IOException {
        channel.close();
    }
}
