package dev.trilobit.model.embedded;

import dev.trilobit.model.file.ModelFolder;
import dev.trilobit.model.file.ModelFormatException;
import java.io.IOException;
import java.io.InputStream;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.net.URL;
import java.net.URLConnection;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.ReadableByteChannel;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** Resources of one model, copied into native memory that the folder owns. */
final class EmbeddedFolder implements ModelFolder {
    /** Resource of each file, relative to this class; {@code %s} is the model's name. */
    private static final Map<String, String> RESOURCES =
            Map.of(
                    "config.json", "%s/config.json",
                    "generation_config.json", "%s/generation_config.json",
                    "model.safetensors", "%s/model.safetensors",
                    "tokenizer.json", "tokenizer.json",
                    "tokenizer_config.json", "%s/tokenizer_config.json");

    /** A cache line, which is also the widest vector. */
    private static final long ALIGNMENT_BYTES = 64;

    private final String label;
    private final Arena arena;
    private final Map<String, MemorySegment> files;

    private EmbeddedFolder(String label, Arena arena, Map<String, MemorySegment> files) {
        this.label = label;
        this.arena = arena;
        this.files = files;
    }

    static EmbeddedFolder open(String name) {
        String label = "embedded:" + name;
        Arena arena = Arena.ofShared();
        var files = new TreeMap<String, MemorySegment>();
        try {
            for (Map.Entry<String, String> resource : RESOURCES.entrySet()) {
                String path = resource.getValue().formatted(name);
                files.put(resource.getKey(), copy(label, path, arena));
            }
        } catch (RuntimeException | Error e) {
            arena.close();
            throw e;
        }
        return new EmbeddedFolder(label, arena, files);
    }

    private static MemorySegment copy(String label, String path, Arena arena) {
        URL url = EmbeddedFolder.class.getResource(path);
        if (url == null) {
            throw new ModelFormatException(
                    label, "resource %s is missing from the jar".formatted(path));
        }
        try {
            URLConnection connection = url.openConnection();
            try (InputStream in = connection.getInputStream()) {
                long sizeBytes = connection.getContentLengthLong();
                MemorySegment copy = arena.allocate(sizeBytes, ALIGNMENT_BYTES);
                fill(copy.asByteBuffer(), Channels.newChannel(in), label, path);
                return copy.asReadOnly();
            }
        } catch (IOException e) {
            throw new ModelFormatException(
                    label, "resource %s cannot be read: %s".formatted(path, e.getMessage()), e);
        }
    }

    private static void fill(
            ByteBuffer buffer, ReadableByteChannel channel, String label, String path)
            throws IOException {
        while (buffer.hasRemaining()) {
            if (channel.read(buffer) < 0) {
                throw new ModelFormatException(
                        label,
                        "resource %s: expected %d bytes, got %d"
                                .formatted(path, buffer.limit(), buffer.position()));
            }
        }
    }

    @Override
    public String label() {
        return label;
    }

    @Override
    public List<String> names() {
        return List.copyOf(files.keySet());
    }

    @Override
    public Optional<MemorySegment> find(String name) {
        if (!arena.scope().isAlive()) {
            throw new IllegalStateException(label + " is closed");
        }
        return Optional.ofNullable(files.get(name));
    }

    @Override
    public void close() {
        if (arena.scope().isAlive()) {
            arena.close();
        }
    }
}
