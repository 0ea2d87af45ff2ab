package dev.trilobit.model.file;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import tools.jackson.databind.JsonNode;

/**
 * Reads the shards that a {@code model.safetensors.index.json} names: {@code {"weight_map":
 * {"tensor": "shard.safetensors"}}}. Tensors that a shard holds and the map leaves out count too,
 * as in transformers, which loads whole shards.
 */
final class SafetensorsIndex {
    static final String NAME = "model.safetensors.index.json";

    private final ModelFolder folder;
    private final Map<String, Optional<Map<String, StoredTensor>>> shards = new TreeMap<>();
    private final List<String> problems = new ArrayList<>();

    private SafetensorsIndex(ModelFolder folder) {
        this.folder = folder;
    }

    /**
     * Reads all shards.
     *
     * @throws ModelFormatException naming every shard that is missing, every tensor that is not
     *     where the index says, and every tensor that is in two shards
     */
    static Map<String, StoredTensor> read(ModelFolder folder, MemorySegment json) {
        String label = folder.label(NAME);
        JsonNode map = StrictJson.object(label, "the index", json).path("weight_map");
        if (!map.isObject()) {
            throw new ModelFormatException(
                    label, "expected an object weight_map, got " + map.getNodeType());
        }
        var index = new SafetensorsIndex(folder);
        map.properties().forEach(entry -> index.check(entry.getKey(), entry.getValue()));
        Map<String, StoredTensor> tensors = index.union();
        if (!index.problems.isEmpty()) {
            throw new ModelFormatException(label, index.problems);
        }
        return tensors;
    }

    private void check(String tensor, JsonNode shard) {
        if (!shard.isString()) {
            problems.add("tensor %s: expected the name of a file, got %s".formatted(tensor, shard));
            return;
        }
        String name = shard.stringValue();
        Optional<Map<String, StoredTensor>> tensors = shards.computeIfAbsent(name, this::open);
        if (tensors.isPresent() && !tensors.get().containsKey(tensor)) {
            problems.add(
                    "tensor %s: expected in %s, which does not have it".formatted(tensor, name));
        }
    }

    private Optional<Map<String, StoredTensor>> open(String name) {
        Optional<MemorySegment> bytes = folder.find(name);
        if (bytes.isEmpty()) {
            problems.add("expected a file %s, got %s".formatted(name, folder.names()));
        }
        String label = folder.label(name);
        return bytes.map(segment -> SafetensorsFile.read(label, segment));
    }

    private Map<String, StoredTensor> union() {
        var tensors = new LinkedHashMap<String, StoredTensor>();
        for (Optional<Map<String, StoredTensor>> shard : shards.values()) {
            for (StoredTensor tensor : shard.orElse(Map.of()).values()) {
                StoredTensor other = tensors.putIfAbsent(tensor.name(), tensor);
                if (other != null) {
                    problems.add(
                            "tensor %s: expected once, got it in %s and %s"
                                    .formatted(tensor.name(), other.file(), tensor.file()));
                }
            }
        }
        return tensors;
    }
}
