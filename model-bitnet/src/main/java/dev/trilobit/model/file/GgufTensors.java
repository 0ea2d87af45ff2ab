package dev.trilobit.model.file;

import java.lang.foreign.MemorySegment;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Places the tensors of one GGUF file. As in ggml each starts at the next multiple of the alignment
 * behind the one before: bytes between that belong to no tensor mean that a type has another size
 * than the writer thought. Bytes behind the last tensor are let be.
 */
final class GgufTensors {
    private final MemorySegment file;
    private final long dataStart;
    private final long alignment;
    private final GgufProblems problems;

    /**
     * Prepares to read tensors.
     *
     * @param dataStart where the data start in the file; may lie behind its end
     * @param alignment a power of two
     */
    GgufTensors(MemorySegment file, long dataStart, long alignment, GgufProblems problems) {
        this.file = file;
        this.dataStart = dataStart;
        this.alignment = alignment;
        this.problems = problems;
    }

    /**
     * Checks and slices; the data are not touched.
     *
     * @return the tensors by name, in the order of {@code infos}
     * @throws ModelFormatException naming every tensor whose entry is wrong
     */
    Map<String, StoredTensor> place(List<GgufTensorInfo> infos) {
        List<GgufTensorInfo> ordered =
                infos.stream()
                        .sorted((a, b) -> Long.compareUnsigned(a.offset(), b.offset()))
                        .toList();
        long dataBytes = Math.max(0, file.byteSize() - dataStart);
        Map<GgufTensorInfo, GgmlType> types =
                GgufTypes.find(ordered, dataBytes, alignment, problems);
        var tensors = new LinkedHashMap<String, StoredTensor>();
        var seen = new HashMap<String, Long>();
        for (GgufTensorInfo info : infos) {
            Long other = seen.putIfAbsent(info.name(), info.place());
            if (other != null) {
                problems.add(
                        "%s: expected the name once, got it at byte %d too"
                                .formatted(info.where(), other));
                continue;
            }
            Optional.ofNullable(types.get(info))
                    .flatMap(type -> slice(info, type))
                    .ifPresent(tensor -> tensors.put(info.name(), tensor));
        }
        problems.throwIfAny(); // coverage makes sense only if every entry does
        checkCoverage(tensors);
        problems.throwIfAny();
        return tensors;
    }

    private Optional<StoredTensor> slice(GgufTensorInfo info, GgmlType type) {
        switch (GgufSize.of(type, info.shape())) {
            case GgufSize.Impossible(String problem) -> {
                problems.add(info.where() + ": " + problem);
                return Optional.empty();
            }
            case GgufSize.Bytes(long bytes) -> {
                return slice(info, type, bytes);
            }
        }
    }

    private Optional<StoredTensor> slice(GgufTensorInfo info, GgmlType type, long bytes) {
        String layout = StoredTensor.layout(type.label(), info.shape());
        if (info.offset() % alignment != 0) {
            problems.add(
                    "%s: expected %s at a multiple of the alignment %d, got offset %s"
                            .formatted(
                                    info.where(),
                                    layout,
                                    alignment,
                                    Long.toUnsignedString(info.offset())));
            return Optional.empty();
        }
        // In this order nothing overflows.
        long room = file.byteSize() - dataStart;
        if (info.offset() < 0 || room < 0 || bytes > room || info.offset() > room - bytes) {
            problems.add(
                    "%s: expected the %d bytes of %s at offset %s of the data, which start at byte %d, got a file of %d bytes; is it truncated?"
                            .formatted(
                                    info.where(),
                                    bytes,
                                    layout,
                                    Long.toUnsignedString(info.offset()),
                                    dataStart,
                                    file.byteSize()));
            return Optional.empty();
        }
        long start = dataStart + info.offset();
        return Optional.of(
                new StoredTensor(
                        problems.label(),
                        info.name(),
                        type,
                        info.shape(),
                        start,
                        file.asSlice(start, bytes)));
    }

    private void checkCoverage(Map<String, StoredTensor> tensors) {
        List<StoredTensor> ordered =
                tensors.values().stream()
                        .sorted(Comparator.comparingLong(StoredTensor::byteOffset))
                        .toList();
        long end = dataStart;
        String before = "the header";
        for (StoredTensor tensor : ordered) {
            long expected = dataStart + GgufPart.aligned(end - dataStart, alignment);
            if (tensor.byteOffset() < end) {
                problems.add(
                        "tensor %s at byte %d: overlaps %s, which ends at byte %d"
                                .formatted(tensor.name(), tensor.byteOffset(), before, end));
            } else if (tensor.byteOffset() > expected) {
                problems.add(
                        "tensor %s at byte %d: expected to start at byte %d, next behind %s; has a type another size in the program that wrote the file?"
                                .formatted(tensor.name(), tensor.byteOffset(), expected, before));
            }
            end = Math.max(end, tensor.byteOffset() + tensor.bytes().byteSize());
            before = "%s (%s)".formatted(tensor.name(), tensor.layout());
        }
    }
}
