package dev.trilobit.model.file;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import tools.jackson.databind.json.JsonMapper;

/**
 * The files of one model that is written into a folder: one, or several of a largest size. A tensor
 * is never cut, so a file with one tensor may be larger.
 */
public final class Shards implements TensorFiles {
    private final List<TensorFiles> files = new ArrayList<>();
    private final Map<String, TensorFiles> fileOf = new HashMap<>();

    private Shards() {}

    /** Opens one file for its tensors. */
    @FunctionalInterface
    private interface Opener {
        TensorFiles open(int number, List<TensorEntry> tensors) throws IOException;
    }

    /**
     * Starts {@code model.safetensors}, or {@code model-00001-of-0000N.safetensors} and so on with
     * an index.
     *
     * @param folder is there and has no such files
     * @param maxBytes of one file; {@link Long#MAX_VALUE} for a single one
     * @param metadata of each file
     */
    public static Shards safetensors(
            Path folder, List<TensorEntry> tensors, long maxBytes, Map<String, String> metadata)
            throws IOException {
        List<List<TensorEntry>> parts = parts(tensors, maxBytes);
        if (parts.size() == 1) {
            return open(
                    parts,
                    (_, all) ->
                            SafetensorsFileWriter.create(
                                    folder.resolve(TensorCatalog.SINGLE), all, metadata));
        }
        Map<String, String> index = new LinkedHashMap<>();
        for (int i = 0; i < parts.size(); i++) {
            String file = safetensorsName(i, parts.size());
            parts.get(i).forEach(entry -> index.put(entry.name(), file));
        }
        long bytes = tensors.stream().mapToLong(TensorEntry::byteSize).sum();
        Map<String, Object> described = new LinkedHashMap<>();
        described.put("metadata", Map.of("total_size", bytes));
        described.put("weight_map", index);
        Files.writeString(
                folder.resolve(SafetensorsIndex.NAME),
                JsonMapper.shared().writerWithDefaultPrettyPrinter().writeValueAsString(described)
                        + "\n");
        return open(
                parts,
                (number, part) ->
                        SafetensorsFileWriter.create(
                                folder.resolve(safetensorsName(number, parts.size())),
                                part,
                                metadata));
    }

    private static String safetensorsName(int number, int count) {
        return "model-%05d-of-%05d.safetensors".formatted(number + 1, count);
    }

    /**
     * Starts {@code STEM.gguf}, or {@code STEM-00001-of-0000N.gguf} and so on; the first has the
     * metadata.
     *
     * @param first {@code STEM.gguf} in a folder that is there and has no such files
     * @param maxBytes of the tensors of one file; {@link Long#MAX_VALUE} for a single one
     */
    public static Shards gguf(
            Path first, GgufMetadata metadata, List<TensorEntry> tensors, long maxBytes)
            throws IOException {
        List<List<TensorEntry>> parts = parts(tensors, maxBytes);
        if (parts.size() == 1) {
            return open(parts, (_, all) -> GgufFileWriter.create(first, metadata, all));
        }
        String name = first.getFileName().toString();
        String stem = name.substring(0, name.length() - ".gguf".length());
        return open(
                parts,
                (number, part) -> {
                    var keys = GgufMetadata.builder(metadata.label());
                    if (number == 0) {
                        metadata.keys().forEach(key -> keys.copy(metadata, key));
                    }
                    SplitGguf.describe(keys, number, parts.size(), tensors.size());
                    var split = new SplitName(stem, number + 1, parts.size());
                    return GgufFileWriter.create(
                            first.resolveSibling(split.part(number + 1)), keys.build(), part);
                });
    }

    private static List<List<TensorEntry>> parts(List<TensorEntry> tensors, long maxBytes) {
        var parts = new ArrayList<List<TensorEntry>>();
        var part = new ArrayList<TensorEntry>();
        long bytes = 0;
        for (TensorEntry entry : tensors) {
            if (!part.isEmpty() && entry.byteSize() > maxBytes - bytes) {
                parts.add(List.copyOf(part));
                part.clear();
                bytes = 0;
            }
            part.add(entry);
            bytes += entry.byteSize();
        }
        parts.add(List.copyOf(part));
        return parts;
    }

    private static Shards open(List<List<TensorEntry>> parts, Opener opener) throws IOException {
        var shards = new Shards();
        try {
            for (int i = 0; i < parts.size(); i++) {
                TensorFiles file = opener.open(i, parts.get(i));
                shards.files.add(file);
                parts.get(i).forEach(entry -> shards.fileOf.put(entry.name(), file));
            }
            return shards;
        } catch (IOException | RuntimeException e) {
            try {
                shards.close();
            } catch (IOException other) {
                e.addSuppressed(other);
            }
            throw e;
        }
    }

    @Override
    public void write(String name, MemorySegment bytes) throws IOException {
        TensorFiles file = fileOf.get(name);
        if (file == null) {
            throw new IllegalArgumentException("tensor %s is not expected".formatted(name));
        }
        file.write(name, bytes);
    }

    @Override
    public void finish() throws IOException {
        for (TensorFiles file : files) {
            file.finish();
        }
    }

    @Override
    public void close() throws IOException {
        close(files);
    }

    /** Closes all, whatever happens to some, and then tells of the first that failed. */
    static void close(List<? extends AutoCloseable> files) throws IOException {
        var failures = new ArrayList<Exception>();
        for (AutoCloseable file : files) {
            try {
                file.close();
            } catch (Exception e) {
                failures.add(e);
            }
        }
        if (failures.isEmpty()) {
            return;
        }
        var first =
                new IOException(
                        "a file cannot be closed: " + failures.getFirst(), failures.getFirst());
        failures.stream().skip(1).forEach(first::addSuppressed);
        throw first;
    }
}
