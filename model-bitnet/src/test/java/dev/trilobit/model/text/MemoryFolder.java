package dev.trilobit.model.text;

import dev.trilobit.model.file.ModelFolder;
import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** A model folder in memory. */
final class MemoryFolder implements ModelFolder {
    private final TreeMap<String, MemorySegment> files = new TreeMap<>();

    MemoryFolder(Map<String, String> files) {
        files.forEach((name, text) -> this.files.put(name, TextResources.utf8(text)));
    }

    /** Returns this folder with one more file. */
    MemoryFolder with(String name, byte[] bytes) {
        files.put(name, MemorySegment.ofArray(bytes));
        return this;
    }

    @Override
    public String label() {
        return "memory:test";
    }

    @Override
    public List<String> names() {
        return List.copyOf(files.keySet());
    }

    @Override
    public Optional<MemorySegment> find(String name) {
        return Optional.ofNullable(files.get(name));
    }

    @Override
    public void close() {}
}
