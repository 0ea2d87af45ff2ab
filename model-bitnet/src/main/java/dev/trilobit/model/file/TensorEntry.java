package dev.trilobit.model.file;

import java.util.List;

/**
 * A tensor that is to be written.
 *
 * @param name its name in the file
 * @param type element type
 * @param shape extents in elements, row-major; none for a scalar
 */
public record TensorEntry(String name, TensorType type, List<Long> shape) {
    public TensorEntry {
        shape = List.copyOf(shape);
        if (name.isEmpty() || shape.stream().anyMatch(extent -> extent < 0)) {
            throw new IllegalArgumentException(
                    "tensor '%s' %s: expected a name and extents from 0".formatted(name, shape));
        }
    }

    /** Returns the number of elements. */
    public long elements() {
        return shape.stream().reduce(1L, Math::multiplyExact);
    }

    /** Returns the bytes of the elements. */
    public long byteSize() {
        return switch (type) {
            case SafetensorsType safetensors ->
                    Math.multiplyExact(elements(), (long) safetensors.bits()) / Byte.SIZE;
            case GgmlType ggml -> ggml.byteSize(elements());
        };
    }

    /** Returns type and shape for messages. */
    public String layout() {
        return StoredTensor.layout(type.label(), shape);
    }
}
