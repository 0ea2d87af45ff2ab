package dev.trilobit.model.file;

import java.io.IOException;
import java.lang.foreign.MemorySegment;

/** Takes the tensors of a model that is being written, whatever files they go into. */
public interface TensorFiles extends AutoCloseable {
    /**
     * Writes a tensor; best in the order the tensors were listed in.
     *
     * @throws IllegalArgumentException if it is not expected, was written, or has another size
     */
    void write(String name, MemorySegment bytes) throws IOException;

    /**
     * Ends all files and hands them to the disk.
     *
     * @throws IllegalStateException if a tensor was not written
     */
    void finish() throws IOException;

    /** Closes all files, finished or not. */
    @Override
    void close() throws IOException;
}
