package dev.trilobit.model.file;

import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * The files of one model: a directory, or resources that were copied off the heap. Safe for use by
 * several threads.
 */
public interface ModelFolder extends AutoCloseable {
    /** Returns where it is, for messages: a path, or {@code embedded:bitnet}. */
    String label();

    /** Returns where a file of it is, or would be, for messages. */
    default String label(String name) {
        return label() + "/" + name;
    }

    /** Returns the directory that the files lie in, if they lie in one. */
    default Optional<Path> directory() {
        return Optional.empty();
    }

    /** Returns the names of all files, sorted. */
    List<String> names();

    /**
     * Finds a file.
     *
     * @return its bytes, read-only, mapped or native; valid until this folder is closed
     * @throws ModelFormatException if the file is there and cannot be read
     */
    Optional<MemorySegment> find(String name);

    /**
     * Finds the GGUF model among the files; a directory remembers it, since to check the header of
     * a large vocabulary takes a while.
     *
     * @return empty if there is none
     * @throws ModelFormatException naming everything that is wrong with it, or the models if there
     *     are several
     */
    default Optional<GgufFile> gguf() {
        return GgufFile.read(this);
    }

    /** Unmaps the files. Idempotent. */
    @Override
    void close();
}
