package dev.trilobit.model.file;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import tools.jackson.databind.JsonNode;

/**
 * Reads one safetensors file: eight bytes of header length (little-endian), the header, a JSON
 * object of {@code "name": {"dtype", "shape", "data_offsets": [begin, end]}} with offsets from the
 * end of the header, and the data.
 *
 * <p>As in the reference implementation the data is covered without holes or overlaps, names come
 * once, and the header has at most 100 MB. Source: safetensors README, "Format" and "Benefits"
 * ("the byte buffer needs to be entirely indexed, and cannot contain holes"), and its {@code
 * Metadata::validate}.
 */
final class SafetensorsFile {
    private static final int LENGTH_BYTES = Long.BYTES;
    private static final long LARGEST_HEADER = 100_000_000;
    private static final String METADATA = "__metadata__";
    private static final ValueLayout.OfLong LONG =
            ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

    private final String label;
    private final MemorySegment data;
    private final long dataStart;
    private final List<String> problems = new ArrayList<>();
    private final Map<String, StoredTensor> tensors = new LinkedHashMap<>();

    private SafetensorsFile(String label, MemorySegment file, long headerBytes) {
        this.label = label;
        this.dataStart = LENGTH_BYTES + headerBytes;
        this.data = file.asSlice(dataStart);
    }

    /**
     * Reads and checks the header; the data is not touched.
     *
     * @param label for messages
     * @return the tensors by name, in the order of the header
     * @throws ModelFormatException naming every tensor whose entry is wrong
     */
    static Map<String, StoredTensor> read(String label, MemorySegment file) {
        long headerBytes = headerBytes(label, file);
        MemorySegment text = file.asSlice(LENGTH_BYTES, headerBytes);
        if (headerBytes == 0 || text.get(ValueLayout.JAVA_BYTE, 0) != '{') {
            throw new ModelFormatException(
                    label, "the header at byte 8 must start with '{'; is this a safetensors file?");
        }
        var reader = new SafetensorsFile(label, file, headerBytes);
        JsonNode header = StrictJson.object(label, "the header at byte 8", text);
        header.properties().stream()
                .filter(entry -> !entry.getKey().equals(METADATA))
                .forEach(entry -> reader.add(entry.getKey(), entry.getValue()));
        reader.failIfProblems(); // coverage makes sense only if every entry does
        reader.checkCoverage();
        reader.failIfProblems();
        return reader.tensors;
    }

    private static long headerBytes(String label, MemorySegment file) {
        if (file.byteSize() < LENGTH_BYTES) {
            throw new ModelFormatException(
                    label,
                    "expected 8 bytes of header length at byte 0, got a file of %d bytes"
                            .formatted(file.byteSize()));
        }
        long bytes = file.get(LONG, 0);
        if (bytes < 0 || bytes > LARGEST_HEADER) {
            throw new ModelFormatException(
                    label,
                    "the header length at byte 0 must be at most %d, got %s; is this a safetensors file?"
                            .formatted(LARGEST_HEADER, Long.toUnsignedString(bytes)));
        }
        if (bytes > file.byteSize() - LENGTH_BYTES) {
            throw new ModelFormatException(
                    label,
                    "the header of %d bytes at byte 8 ends beyond the file of %d bytes; is it truncated?"
                            .formatted(bytes, file.byteSize()));
        }
        return bytes;
    }

    private void add(String name, JsonNode entry) {
        var parsed = SafetensorsEntry.parse(entry);
        switch (parsed) {
            case SafetensorsEntry.Bad(String problem) ->
                    problems.add("tensor %s: %s".formatted(name, problem));
            case SafetensorsEntry.Good(var type, var shape, long begin, long end) -> {
                if (end > data.byteSize()) {
                    problems.add(
                            "tensor %s: data_offsets [%d, %d] must end within the %d bytes of data from byte %d of the file; is the file truncated?"
                                    .formatted(name, begin, end, data.byteSize(), dataStart));
                } else {
                    MemorySegment bytes = data.asSlice(begin, end - begin);
                    tensors.put(
                            name,
                            new StoredTensor(label, name, type, shape, dataStart + begin, bytes));
                }
            }
        }
    }

    private void checkCoverage() {
        List<StoredTensor> ordered =
                tensors.values().stream()
                        .sorted(
                                Comparator.comparingLong(StoredTensor::byteOffset)
                                        .thenComparingLong(t -> t.bytes().byteSize()))
                        .toList();
        long expected = dataStart;
        String before = "the header";
        for (StoredTensor tensor : ordered) {
            if (tensor.byteOffset() < expected) {
                problems.add(
                        "tensor %s at byte %d: overlaps %s, which ends at byte %d"
                                .formatted(tensor.name(), tensor.byteOffset(), before, expected));
            } else if (tensor.byteOffset() > expected) {
                problems.add(
                        "tensor %s at byte %d: expected to start at byte %d, where %s ends; bytes between belong to no tensor"
                                .formatted(tensor.name(), tensor.byteOffset(), expected, before));
            }
            expected = Math.max(expected, tensor.byteOffset() + tensor.bytes().byteSize());
            before = "tensor " + tensor.name();
        }
        long end = dataStart + data.byteSize();
        if (expected != end) {
            problems.add(
                    "expected the file to end at byte %d with %s, got %d bytes more that belong to no tensor"
                            .formatted(expected, before, end - expected));
        }
    }

    private void failIfProblems() {
        if (!problems.isEmpty()) {
            throw new ModelFormatException(label, problems);
        }
    }
}
