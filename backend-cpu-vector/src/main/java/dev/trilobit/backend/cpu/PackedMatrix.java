package dev.trilobit.backend.cpu;

/**
 * A weight matrix repacked for one family of kernels. Immutable; shared by all sessions.
 *
 * <p>Rows are computed in blocks of {@link #rowsPerBlock}, the unit in which threads share work.
 * The sum of a row is made in an order that depends on the matrix alone: not on the number of
 * threads, nor on how many tokens a tile holds.
 */
interface PackedMatrix {
    /** Outputs of the matrix. */
    int rows();

    /** Rows of one unit of work; the last block may hold fewer. */
    int rowsPerBlock();

    /** Bytes that were copied: packed codes, scales and biases. */
    long byteSize();

    /** Bytes that are read in place from the source. */
    default long mappedBytes() {
        return 0;
    }

    /** What the kernels want of their input; matrices with equal layouts can share a tile. */
    TileLayout tileLayout();

    /**
     * Multiplies blocks of rows with every token of a tile.
     *
     * @param x loaded, of this matrix's layout
     * @param blockFrom first block
     * @param blockTo block after the last
     * @param y out: row r of token t goes to {@code y[yOffset + t * yStride + r]}; nothing else is
     *     written
     */
    void multiply(
            ActivationTile x, int blockFrom, int blockTo, float[] y, int yOffset, int yStride);
}
