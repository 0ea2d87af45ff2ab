package dev.trilobit.fuzz;

import dev.trilobit.model.file.ModelFolder;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;

/**
 * A folder whose files lie in one input. A line {@code %% name} starts a file; what comes before
 * the first of them is a file whose name the target knows. The files are slices of native memory,
 * aligned as mapped files are; there is one folder at a time.
 */
final class InputFolder implements ModelFolder {
    private static final byte[] MARK = {'%', '%', ' '};
    private static final int ALIGNMENT = 64;
    private static final int LONGEST_NAME = 100;
    private static final int LARGEST_INPUT = 1 << 22;

    private static final MemorySegment MEMORY = Arena.global().allocate(LARGEST_INPUT, ALIGNMENT);

    private final TreeMap<String, MemorySegment> files = new TreeMap<>();
    private long used;

    /**
     * Cuts an input into files.
     *
     * @param first name of the file that needs no mark
     */
    InputFolder(String first, byte[] input) {
        String name = first;
        int start = 0;
        for (int at = 0; at < input.length; at++) {
            if (!isMark(input, at)) {
                continue;
            }
            int nameEnd = lineEnd(input, at + MARK.length);
            if (nameEnd - at > LONGEST_NAME) {
                continue;
            }
            if (at > 0) {
                add(name, Arrays.copyOfRange(input, start, Math.max(start, at - 1)));
            }
            name =
                    new String(
                            input,
                            at + MARK.length,
                            nameEnd - at - MARK.length,
                            StandardCharsets.ISO_8859_1);
            start = Math.min(nameEnd + 1, input.length);
            at = nameEnd - 1;
        }
        add(name, Arrays.copyOfRange(input, start, input.length));
    }

    private static boolean isMark(byte[] input, int at) {
        int end = at + MARK.length;
        return (at == 0 || input[at - 1] == '\n')
                && end <= input.length
                && Arrays.equals(input, at, end, MARK, 0, MARK.length);
    }

    private static int lineEnd(byte[] input, int from) {
        int end = from;
        while (end < input.length && input[end] != '\n') {
            end++;
        }
        return end;
    }

    private void add(String name, byte[] bytes) {
        MemorySegment copy = MEMORY.asSlice(used, bytes.length);
        MemorySegment.copy(bytes, 0, copy, ValueLayout.JAVA_BYTE, 0, bytes.length);
        used += Math.ceilDiv(bytes.length, ALIGNMENT) * (long) ALIGNMENT;
        files.put(name, copy.asReadOnly());
    }

    /** Returns the bytes of all files. */
    int sizeBytes() {
        return files.values().stream().mapToInt(file -> (int) file.byteSize()).sum();
    }

    /** Returns a file as text; empty if there is none. */
    String text(String name) {
        return find(name)
                .map(
                        bytes ->
                                new String(
                                        bytes.toArray(ValueLayout.JAVA_BYTE),
                                        StandardCharsets.UTF_8))
                .orElse("");
    }

    @Override
    public String label() {
        return "memory:fuzz";
    }

    @Override
    public List<String> names() {
        return List.copyOf(files.keySet());
    }

    @Override
    public Optional<MemorySegment> find(String name) {
        return Optional.ofNullable(files.get(name));
    }

    /** Does nothing: the next folder takes the memory. */
    @Override
    public void close() {}
}
