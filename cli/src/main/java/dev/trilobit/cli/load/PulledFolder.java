package dev.trilobit.cli.load;

import dev.trilobit.model.file.GgufFile;
import dev.trilobit.model.file.ModelFolder;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * A model in the cache, called by its name on the hub: its path there tells people little.
 *
 * @param label as the user wrote it
 * @param files closed by this
 */
record PulledFolder(String label, ModelFolder files) implements ModelFolder {
    /** Names the file itself: one by this name is not there for who looks for it. */
    @Override
    public String label(String name) {
        return files.label(name);
    }

    @Override
    public Optional<Path> directory() {
        return files.directory();
    }

    @Override
    public List<String> names() {
        return files.names();
    }

    @Override
    public Optional<MemorySegment> find(String name) {
        return files.find(name);
    }

    @Override
    public Optional<GgufFile> gguf() {
        return files.gguf();
    }

    @Override
    public void close() {
        files.close();
    }
}
