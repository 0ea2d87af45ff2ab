package dev.trilobit.model.file;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.channels.FileChannel;
import java.nio.channels.FileChannel.MapMode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Files of a directory, mapped read-only when they are first asked for. */
final class DirectoryFolder implements ModelFolder {
    private final String label;
    private final Path directory;
    private final List<String> names;
    private final Arena arena = Arena.ofShared();
    private final Map<String, MemorySegment> mapped = new HashMap<>();
    private @Nullable GgufFile gguf;
    private boolean closed;

    private DirectoryFolder(String label, Path directory, List<String> names) {
        this.label = label;
        this.directory = directory;
        this.names = names;
    }

    /** Opens all files of a directory. */
    static DirectoryFolder of(Path directory) throws IOException {
        return new DirectoryFolder(directory.toString(), directory, list(directory));
    }

    /** Opens one file and, if it is a part of a split GGUF model, the other parts beside it. */
    static DirectoryFolder ofFile(Path file) throws IOException {
        Path directory = file.resolveSibling("");
        String name = file.getFileName().toString();
        var split = SplitName.parse(name);
        List<String> names =
                split.isEmpty()
                        ? List.of(name)
                        : list(directory).stream()
                                .filter(other -> isPart(split.get(), other))
                                .toList();
        return new DirectoryFolder(file.toString(), directory, names);
    }

    private static List<String> list(Path directory) throws IOException {
        try (var files = Files.list(directory)) {
            // Links count as what they point to: a Hugging Face cache consists of links.
            return files.filter(Files::isRegularFile)
                    .map(file -> file.getFileName().toString())
                    .sorted()
                    .toList();
        }
    }

    private static boolean isPart(SplitName split, String name) {
        return SplitName.parse(name).map(split::sameModel).orElse(false);
    }

    @Override
    public String label() {
        return label;
    }

    @Override
    public String label(String name) {
        return directory.resolve(name).toString();
    }

    @Override
    public Optional<Path> directory() {
        return Optional.of(directory);
    }

    @Override
    public List<String> names() {
        return names;
    }

    @Override
    public synchronized Optional<MemorySegment> find(String name) {
        if (closed) {
            throw new IllegalStateException(label + " is closed");
        }
        if (!names.contains(name)) {
            return Optional.empty();
        }
        MemorySegment known = mapped.get(name);
        if (known != null) {
            return Optional.of(known);
        }
        MemorySegment fresh = map(directory.resolve(name));
        mapped.put(name, fresh);
        return Optional.of(fresh);
    }

    /** What is wrong with a model is found again by whoever asks again. */
    @Override
    public synchronized Optional<GgufFile> gguf() {
        if (closed) {
            throw new IllegalStateException(label + " is closed");
        }
        if (gguf == null) {
            gguf = GgufFile.read(this).orElse(null);
        }
        return Optional.ofNullable(gguf);
    }

    private MemorySegment map(Path file) {
        try (var channel = FileChannel.open(file, StandardOpenOption.READ)) {
            return channel.map(MapMode.READ_ONLY, 0, channel.size(), arena);
        } catch (IOException e) {
            throw new ModelFormatException(file.toString(), "the file cannot be read: " + e, e);
        }
    }

    @Override
    public synchronized void close() {
        if (!closed) {
            arena.close();
            closed = true;
        }
    }
}
