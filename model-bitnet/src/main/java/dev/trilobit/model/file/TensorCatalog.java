package dev.trilobit.model.file;

import java.lang.foreign.MemorySegment;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * All tensors of a model, from one {@code model.safetensors}, from the shards of a {@code
 * model.safetensors.index.json} or from a GGUF file.
 */
public final class TensorCatalog {
    static final String SINGLE = "model.safetensors";

    private final String label;
    private final Map<String, StoredTensor> tensors;

    private TensorCatalog(String label, Map<String, StoredTensor> tensors) {
        this.label = label;
        this.tensors = Collections.unmodifiableMap(new TreeMap<>(tensors));
    }

    /**
     * Reads the headers of the safetensors files in {@code folder}; a single file goes before an
     * index, as in transformers.
     *
     * @throws ModelFormatException if there is none or one is malformed
     */
    public static TensorCatalog open(ModelFolder folder) {
        Optional<MemorySegment> single = folder.find(SINGLE);
        if (single.isPresent()) {
            String label = folder.label(SINGLE);
            return new TensorCatalog(label, SafetensorsFile.read(label, single.get()));
        }
        Optional<MemorySegment> index = folder.find(SafetensorsIndex.NAME);
        if (index.isPresent()) {
            return new TensorCatalog(
                    folder.label(SafetensorsIndex.NAME),
                    SafetensorsIndex.read(folder, index.get()));
        }
        throw ModelFormatException.missing(folder, SINGLE + " or " + SafetensorsIndex.NAME);
    }

    /** Takes the tensors of a GGUF file. */
    public static TensorCatalog of(GgufFile file) {
        return new TensorCatalog(file.label(), file.tensors());
    }

    /** Returns the file, or the index of files, for messages. */
    public String label() {
        return label;
    }

    /** Returns the names of all tensors, sorted. */
    public List<String> names() {
        return List.copyOf(tensors.keySet());
    }

    /** Finds a tensor. */
    public Optional<StoredTensor> find(String name) {
        return Optional.ofNullable(tensors.get(name));
    }
}
