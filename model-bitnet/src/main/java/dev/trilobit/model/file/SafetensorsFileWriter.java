package dev.trilobit.model.file;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import tools.jackson.databind.json.JsonMapper;

/**
 * Writes one safetensors file tensor by tensor. The header is padded to eight bytes and tensors
 * whose size is no multiple of eight come last, so that all others start on eight bytes. Source:
 * safetensors README, "Format". Not safe for use by several threads.
 */
public final class SafetensorsFileWriter implements TensorFiles {
    private static final int ALIGNMENT = 8;

    private final TensorFileWriter file;

    private SafetensorsFileWriter(TensorFileWriter file) {
        this.file = file;
    }

    /**
     * Creates the file and writes its header.
     *
     * @param path must not be there
     * @param tensors all tensors of the file, of {@link SafetensorsType}
     * @param metadata free text by key; {@code format} is what other readers look at
     * @throws IllegalArgumentException if a name comes twice
     */
    public static SafetensorsFileWriter create(
            Path path, List<TensorEntry> tensors, Map<String, String> metadata) throws IOException {
        List<TensorEntry> ordered =
                tensors.stream()
                        .sorted(
                                Comparator.comparingInt(
                                        entry -> entry.byteSize() % ALIGNMENT == 0 ? 0 : 1))
                        .toList();
        Map<String, Object> header = new LinkedHashMap<>();
        if (!metadata.isEmpty()) {
            header.put("__metadata__", metadata);
        }
        long end = 0;
        for (TensorEntry entry : ordered) {
            long begin = end;
            end = Math.addExact(begin, entry.byteSize());
            Map<String, Object> described = new LinkedHashMap<>();
            described.put("dtype", entry.type().label());
            described.put("shape", entry.shape());
            described.put("data_offsets", List.of(begin, end));
            if (header.put(entry.name(), described) != null) {
                throw new IllegalArgumentException("tensor %s comes twice".formatted(entry.name()));
            }
        }
        byte[] bytes = headerBytes(header);
        return new SafetensorsFileWriter(
                TensorFileWriter.create(
                        path,
                        MemorySegment.ofArray(bytes),
                        slots(ordered, bytes.length),
                        bytes.length + end));
    }

    private static Map<String, TensorFileWriter.Slot> slots(
            List<TensorEntry> ordered, long dataStart) {
        var slots = new LinkedHashMap<String, TensorFileWriter.Slot>();
        long offset = dataStart;
        for (TensorEntry entry : ordered) {
            slots.put(entry.name(), new TensorFileWriter.Slot(entry, offset));
            offset += entry.byteSize();
        }
        return slots;
    }

    private static byte[] headerBytes(Map<String, Object> header) {
        byte[] json =
                JsonMapper.shared().writeValueAsString(header).getBytes(StandardCharsets.UTF_8);
        int padded = Math.ceilDiv(json.length, ALIGNMENT) * ALIGNMENT;
        ByteBuffer bytes = ByteBuffer.allocate(Long.BYTES + padded).order(ByteOrder.LITTLE_ENDIAN);
        bytes.putLong(padded).put(json);
        while (bytes.hasRemaining()) {
            bytes.put((byte) ' ');
        }
        return bytes.array();
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
