package dev.trilobit.backend.cpu;

import java.util.List;

/**
 * Products of one input with one or several matrices of the same tile layout (q, k and v; gate and
 * up): the tile is loaded once, and the rows of all matrices are shared among the threads as one
 * piece of work.
 */
final class LinearStep implements Step, RowPool.Work {
    /** Below this many bytes read, waking the helpers costs more than they save. */
    private static final long SHARED_WORK_BYTES = 96 * 1024;

    private final SessionBuffers buffers;
    private final float[] in;
    private final int inWidth;
    private final ActivationTile tile;
    private final PackedMatrix[] matrices;
    private final float[][] outs;

    /** First unit of each matrix, and the number of units at the end. */
    private final int[] firstUnit;

    private final long byteSize;
    private int tileStart;

    /**
     * Binds a step.
     *
     * @param matrices at least one, of equal tile layout
     * @param outs results, in the order of the matrices
     */
    LinearStep(
            SessionBuffers buffers,
            float[] in,
            int inWidth,
            List<PackedMatrix> matrices,
            List<float[]> outs) {
        this.buffers = buffers;
        this.in = in;
        this.inWidth = inWidth;
        this.matrices = matrices.toArray(PackedMatrix[]::new);
        this.outs = outs.toArray(float[][]::new);
        this.tile = buffers.tile(this.matrices[0].tileLayout());
        firstUnit = new int[this.matrices.length + 1];
        long bytes = 0;
        for (int i = 0; i < this.matrices.length; i++) {
            PackedMatrix matrix = this.matrices[i];
            int blocks = Math.ceilDiv(matrix.rows(), matrix.rowsPerBlock());
            firstUnit[i + 1] = firstUnit[i] + blocks;
            bytes += matrix.byteSize() + matrix.mappedBytes();
        }
        byteSize = bytes;
    }

    /** Sends the only result elsewhere: the logits grow with the tokens asked for. */
    void redirect(float[] out) {
        outs[0] = out;
    }

    @Override
    public void run() {
        int count = buffers.tokens().count();
        int units = firstUnit[matrices.length];
        for (int t = 0; t < count; t += ActivationTile.MAX_TOKENS) {
            int tokens = Math.min(ActivationTile.MAX_TOKENS, count - t);
            tile.load(in, t * inWidth, inWidth, tokens);
            tileStart = t;
            if (byteSize * tokens < SHARED_WORK_BYTES) {
                run(0, units, 0);
            } else {
                buffers.pool().run(this, units);
            }
        }
    }

    @Override
    public void run(int from, int to, int worker) {
        for (int i = 0; i < matrices.length; i++) {
            int blockFrom = Math.max(from, firstUnit[i]) - firstUnit[i];
            int blockTo = Math.min(to, firstUnit[i + 1]) - firstUnit[i];
            if (blockFrom < blockTo) {
                int rows = matrices[i].rows();
                matrices[i].multiply(tile, blockFrom, blockTo, outs[i], tileStart * rows, rows);
            }
        }
    }
}
