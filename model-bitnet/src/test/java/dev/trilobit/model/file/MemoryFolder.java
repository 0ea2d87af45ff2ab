package dev.trilobit.model.file;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/** A folder {@code memory:test} whose files are made by a test. */
public final class MemoryFolder implements ModelFolder {
    private final SortedMap<String, MemorySegment> files = new TreeMap<>();
    private final Arena arena = Arena.ofShared();

    /** Makes an empty folder. */
    public MemoryFolder() {}

    /** Makes a folder of text files. */
    public static MemoryFolder of(Map<String, String> texts) {
        var folder = new MemoryFolder();
        texts.forEach(folder::with);
        return folder;
    }

    /** Adds a file. */
    public MemoryFolder with(String name, byte[] bytes) {
        MemorySegment copy = arena.allocate(bytes.length);
        MemorySegment.copy(bytes, 0, copy, ValueLayout.JAVA_BYTE, 0, bytes.length);
        files.put(name, copy.asReadOnly());
        return this;
    }

    /** Adds a text file. */
    public MemoryFolder with(String name, String text) {
        return with(name, text.getBytes(StandardCharsets.UTF_8));
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
    public void close() {
        arena.close();
    }
}
