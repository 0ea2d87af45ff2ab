package dev.trilobit.model.file;

import dev.trilobit.api.quant.MappedPages;
import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.stream.Collectors;

/**
 * A tensor where it lies in a model file. Its bytes are row-major, little-endian, of any alignment,
 * and valid until the folder is closed.
 *
 * @param file label of the file
 * @param name tensor name
 * @param type element type
 * @param shape extents in elements; none for a scalar
 * @param byteOffset where it starts in the file
 * @param bytes exactly the elements
 */
public record StoredTensor(
        String file,
        String name,
        TensorType type,
        List<Long> shape,
        long byteOffset,
        MemorySegment bytes) {
    public StoredTensor {
        shape = List.copyOf(shape);
    }

    /** Returns type and shape for messages, such as {@code BF16 [320, 256]}. */
    public String layout() {
        return layout(type.label(), shape);
    }

    /** Returns file, name and byte offset for messages. */
    public String place() {
        return "%s: tensor %s at byte %d".formatted(file, name, byteOffset);
    }

    /**
     * Gives the pages of the file back that were read so far: they would count as memory of this
     * process. They are there again if somebody reads them once more.
     */
    public void release() {
        MappedPages.giveBack(bytes);
    }

    /** Spells a type and a shape for messages. */
    static String layout(String type, List<Long> shape) {
        return shape.stream()
                .map(String::valueOf)
                .collect(Collectors.joining(", ", type + " [", "]"));
    }
}
