package dev.trilobit.fuzz;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.channels.FileChannel;
import java.nio.channels.FileChannel.MapMode;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/** A mapped file with the input that is being parsed, which outlives a crash of native code. */
final class LastInput {
    private static final int LARGEST = 1 << 16;

    private final MemorySegment file;

    /** Makes the file: its first four bytes are the length of the input after them. */
    LastInput(Path path) {
        try (var channel =
                FileChannel.open(
                        path,
                        StandardOpenOption.CREATE,
                        StandardOpenOption.READ,
                        StandardOpenOption.WRITE)) {
            file = channel.map(MapMode.READ_WRITE, 0, LARGEST, Arena.global());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Writes an input over the one before. */
    void write(byte[] input) {
        int length = Math.min(input.length, LARGEST - Integer.BYTES);
        file.set(ValueLayout.JAVA_INT, 0, length);
        MemorySegment.copy(input, 0, file, ValueLayout.JAVA_BYTE, Integer.BYTES, length);
    }
}
