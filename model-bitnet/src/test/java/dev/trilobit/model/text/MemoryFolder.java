package dev.trilobit.model.text;

import dev.trilobit.model.file.ModelFolder;
import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** A model folder made of strings. */
final class MemoryFolder implements ModelFolder {
    private final TreeMap<String, String> files = new TreeMap<>();

    MemoryFolder(Map<String, String> files) {
        this.files.putAll(files);
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
        return Optional.ofNullable(files.get(name)).map(TextResources::utf8);
    }

    @Override
    public void close() {}
}
