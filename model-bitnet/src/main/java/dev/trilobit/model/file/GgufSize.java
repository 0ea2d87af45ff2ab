package dev.trilobit.model.file;

import java.util.List;

/** How large a tensor of a given type is, or why there can be none. */
sealed interface GgufSize {
    /** The bytes without padding. */
    record Bytes(long bytes) implements GgufSize {}

    /** The type and the extents do not go together. */
    record Impossible(String problem) implements GgufSize {}

    /** Computes the size of a tensor of {@code shape}, row-major. */
    static GgufSize of(GgmlType type, List<Long> shape) {
        String layout = StoredTensor.layout(type.label(), shape);
        long weights = 1;
        long cols = shape.isEmpty() ? 1 : shape.getLast();
        try {
            for (long extent : shape) {
                if (extent < 1) {
                    return new Impossible("expected extents from 1, got " + layout);
                }
                weights = Math.multiplyExact(weights, extent);
            }
            // The block of I2_S is a byte, and its rows are one after another.
            long divided = type == GgmlType.I2_S ? weights : cols;
            if (divided % type.blockWeights() != 0) {
                return new Impossible(
                        "expected %s of a multiple of %d weights, got %s"
                                .formatted(
                                        type == GgmlType.I2_S ? "a matrix" : "rows",
                                        type.blockWeights(),
                                        layout));
            }
            return new Bytes(type.byteSize(weights));
        } catch (ArithmeticException _) {
            return new Impossible("expected a size that fits 64 bits, got " + layout);
        }
    }
}
