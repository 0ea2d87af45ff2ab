package dev.trilobit.api.quant;

/**
 * Extents of a matrix in elements, row-major: element (r, c) is number {@code r * cols + c}.
 *
 * @param rows outputs of a linear layer, entries of an embedding; at least 1
 * @param cols inputs of a linear layer, width of an embedding; at least 1
 */
public record MatrixShape(int rows, int cols) {
    public MatrixShape {
        if (rows <= 0 || cols <= 0) {
            throw new IllegalArgumentException(
                    "matrix [%d, %d]: extents must be positive".formatted(rows, cols));
        }
    }

    /** Returns the shape of a vector of {@code length} elements: one row. */
    public static MatrixShape vector(int length) {
        return new MatrixShape(1, length);
    }

    /** Returns the number of elements. */
    public long elements() {
        return (long) rows * cols;
    }

    @Override
    public String toString() {
        return "[" + rows + ", " + cols + "]";
    }
}
