package dev.trilobit.model.file;

import java.util.ArrayList;
import java.util.List;

/**
 * What the header of a GGUF file says of one tensor; not checked but for its name and its rank.
 *
 * @param name tensor name
 * @param shape extents as unsigned integers, row-major: the reverse of what the file has
 * @param type number of its type
 * @param offset where it starts, from the start of the data; unsigned
 * @param place where this entry starts in the file
 */
record GgufTensorInfo(String name, List<Long> shape, long type, long offset, long place) {
    /** The bytes of an entry with the shortest name and no extents. */
    static final long LEAST_BYTES = Long.BYTES + Integer.BYTES + Integer.BYTES + Long.BYTES;

    /** As many as a tensor of ggml has. */
    private static final int MOST_EXTENTS = 4;

    GgufTensorInfo {
        shape = List.copyOf(shape);
    }

    /** Reads the next entry. */
    static GgufTensorInfo read(GgufCursor cursor, GgufProblems problems) {
        long place = cursor.position();
        String name = cursor.name("the name of a tensor");
        String what = "tensor " + name;
        long extents = cursor.uint32(what);
        if (extents > MOST_EXTENTS) {
            throw problems.fatal(
                    "%s: entry at byte %d: expected at most %d extents, got %d"
                            .formatted(what, place, MOST_EXTENTS, extents));
        }
        var shape = new ArrayList<Long>();
        for (int i = 0; i < extents; i++) {
            shape.add(cursor.int64(what));
        }
        long type = cursor.uint32(what);
        return new GgufTensorInfo(name, shape.reversed(), type, cursor.int64(what), place);
    }

    /** Names the tensor and its entry for messages. */
    String where() {
        return "tensor %s: entry at byte %d".formatted(name, place);
    }
}
