package dev.trilobit.backend.cpu;

/**
 * A weight matrix repacked for one family of kernels. Immutable; shared by all sessions.
 *
 * <p>Rows are computed in blocks of {@link #rowsPerBlock}, the unit in which threads share work.
 * The sum of a row is made in an order that depends on the matrix alone: not on the number of
 * threads, nor on how many tokens a tile holds.
 */
interface PackedMatrix {
    /** Bytes that a thread reads in one run if it can. */
    long LEAST_RUN_BYTES = 512 * 1024;

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

    /** Blocks that lie in one stretch of memory; threads had better not share them. */
    default int blocksPerRun() {
        return 1;
    }

    /**
     * Blocks that a thread had better compute in one go: memory is read fastest in runs of half a
     * MiB or more, and tables made on the way must serve many rows.
     *
     * @param tokens of the tile
     */
    default int blocksInOneGo(int tokens) {
        long blocks = Math.ceilDiv(rows(), rowsPerBlock());
        long blockBytes = Math.max(1, (byteSize() + mappedBytes()) / blocks);
        return (int) Math.min(blocks, Math.ceilDiv(LEAST_RUN_BYTES, blockBytes));
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
