package dev.trilobit.model.file;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Writes one GGUF file of version 3 tensor by tensor. Tensors lie in the order they are listed in,
 * each at a multiple of 32 bytes. Source: {@code docs/gguf.md} of the ggml project. Not safe for
 * use by several threads.
 */
public final class GgufFileWriter implements TensorFiles {
    private static final int VERSION = 3;
    private static final long ALIGNMENT = 32;
    private static final String ALIGNMENT_KEY = "general.alignment";

    private final TensorFileWriter file;

    private GgufFileWriter(TensorFileWriter file) {
        this.file = file;
    }

    /**
     * Creates the file and writes its header.
     *
     * @param path must not be there
     * @param metadata all keys; {@code general.alignment} may be absent or 32
     * @param tensors all tensors of the file, of {@link GgmlType}
     * @throws IllegalArgumentException if a name comes twice, a type is none of GGUF, or another
     *     alignment is asked for
     */
    public static GgufFileWriter create(Path path, GgufMetadata metadata, List<TensorEntry> tensors)
            throws IOException {
        long alignment = metadata.integer(ALIGNMENT_KEY).orElse(ALIGNMENT);
        if (alignment != ALIGNMENT) {
            throw new IllegalArgumentException(
                    "%s: %s: expected %d, got %d"
                            .formatted(metadata.label(), ALIGNMENT_KEY, ALIGNMENT, alignment));
        }
        var slots = new LinkedHashMap<String, TensorFileWriter.Slot>();
        long end = 0;
        for (TensorEntry entry : tensors) {
            if (slots.put(entry.name(), new TensorFileWriter.Slot(entry, end)) != null) {
                throw new IllegalArgumentException("tensor %s comes twice".formatted(entry.name()));
            }
            end += GgufPart.aligned(entry.byteSize(), ALIGNMENT);
        }
        byte[] header = header(metadata, slots);
        var placed = new LinkedHashMap<String, TensorFileWriter.Slot>();
        slots.forEach(
                (name, slot) ->
                        placed.put(
                                name,
                                new TensorFileWriter.Slot(
                                        slot.entry(), header.length + slot.offset())));
        return new GgufFileWriter(
                TensorFileWriter.create(
                        path, MemorySegment.ofArray(header), placed, header.length + end));
    }

    /** Offsets of {@code slots} count from the end of the header. */
    private static byte[] header(GgufMetadata metadata, Map<String, TensorFileWriter.Slot> slots) {
        var out = new ByteArrayOutputStream();
        out.writeBytes(GgufPart.MAGIC.getBytes(StandardCharsets.US_ASCII));
        out.writeBytes(buffer(Integer.BYTES).putInt(VERSION).array());
        putLong(out, slots.size());
        putLong(out, metadata.keys().size());
        metadata.values()
                .forEach(
                        (key, value) -> {
                            putString(out, key);
                            putInt(out, value.type().number());
                            out.writeBytes(value.bytes().toArray(ValueLayout.JAVA_BYTE));
                        });
        slots.values().forEach(slot -> putEntry(out, slot));
        out.writeBytes(new byte[(int) (GgufPart.aligned(out.size(), ALIGNMENT) - out.size())]);
        return out.toByteArray();
    }

    private static void putEntry(ByteArrayOutputStream out, TensorFileWriter.Slot slot) {
        TensorEntry entry = slot.entry();
        if (!(entry.type() instanceof GgmlType type)) {
            throw new IllegalArgumentException(
                    "tensor %s: expected a type of GGUF, got %s"
                            .formatted(entry.name(), entry.type().label()));
        }
        putString(out, entry.name());
        putInt(out, entry.shape().size());
        // ggml counts extents from the innermost on.
        entry.shape().reversed().forEach(extent -> putLong(out, extent));
        putInt(out, type.id());
        putLong(out, slot.offset());
    }

    private static ByteBuffer buffer(int bytes) {
        return ByteBuffer.allocate(bytes).order(ByteOrder.LITTLE_ENDIAN);
    }

    private static void putInt(ByteArrayOutputStream out, int value) {
        out.writeBytes(buffer(Integer.BYTES).putInt(value).array());
    }

    private static void putLong(ByteArrayOutputStream out, long value) {
        out.writeBytes(buffer(Long.BYTES).putLong(value).array());
    }

    private static void putString(ByteArrayOutputStream out, String text) {
        byte[] utf8 = text.getBytes(StandardCharsets.UTF_8);
        putLong(out, utf8.length);
        out.writeBytes(utf8);
    }

    @Override
    public void write(String name, MemorySegment bytes) throws IOException {
        file.write(name, bytes);
    }

    @Override
    public void finish() throws IOException {
        file.finish();
    }

    @Override
    public void close() throws IOException {
        file.close();
    }
}
