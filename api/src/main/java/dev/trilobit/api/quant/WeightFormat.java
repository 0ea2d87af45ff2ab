package dev.trilobit.api.quant;

import java.util.List;

/**
 * How the numbers of a weight matrix are stored. The javadoc of each format is its bit layout;
 * {@link ReferenceCodec} is the executable definition. All multi-byte elements are little-endian
 * and planes may have any alignment.
 */
public sealed interface WeightFormat permits Dense, Ternary, Binary, Affine, Blocks {
    /** Returns the planes that hold a matrix of {@code shape}, in the order of a {@link Weight}. */
    List<Plane> planes(MatrixShape shape);

    /** Returns a short name for messages and tables, such as {@code ternary} or {@code bf16}. */
    String label();

    /** Returns the bytes that hold {@code shape}, scales and biases included. */
    default long byteSize(MatrixShape shape) {
        long bytes = 0;
        for (Plane plane : planes(shape)) {
            bytes += plane.byteSize();
        }
        return bytes;
    }

    /**
     * Returns how many neighbouring weights of a row of {@code cols} share a scale: the whole row
     * where a scale is that of a tensor or there is none.
     */
    default int runCols(int cols) {
        int size =
                switch (this) {
                    case Dense _, Ternary(var _, ScaleGranularity.PerTensor()) -> cols;
                    case Ternary(var _, ScaleGranularity.PerGroup(int group, var _)) -> group;
                    case Binary(int group, var _, var _) -> group;
                    case Affine(int _, int group, var _) -> group;
                    case Blocks(BlockType type) -> type.groupWeights();
                };
        return Math.min(size, cols);
    }

    /** Returns the number of groups in a row of {@code cols} weights, the last one maybe short. */
    static int groups(int cols, int groupSize) {
        return Math.ceilDiv(cols, groupSize);
    }

    /** Checks a group size: at least 1. */
    static void requireGroupSize(int groupSize) {
        if (groupSize <= 0) {
            throw new IllegalArgumentException(
                    "group of %d weights: must be positive".formatted(groupSize));
        }
    }
}
