package dev.trilobit.api.quant;

import java.util.List;
import java.util.Locale;

/**
 * Integers with their scales side by side, as ggml stores them, so that files of that kind are read
 * in place. One plane {@code blocks}: [rows, cols / blockWeights] blocks, row-major; the columns
 * are a multiple of {@link BlockType#blockWeights}.
 *
 * @param type layout of a block
 */
public record Blocks(BlockType type) implements WeightFormat {
    @Override
    public List<Plane> planes(MatrixShape shape) {
        if (shape.cols() % type.blockWeights() != 0) {
            throw new IllegalArgumentException(
                    "matrix %s: columns of %s must be a multiple of %d"
                            .formatted(shape, type, type.blockWeights()));
        }
        return List.of(
                new Plane("blocks", shape.elements() / type.blockWeights() * type.blockBytes()));
    }

    @Override
    public String label() {
        return type.name().toLowerCase(Locale.ROOT);
    }
}
