package dev.trilobit.backend.cpu;

import java.util.List;

/**
 * Products of one input with one or several matrices of the same tile layout (q, k and v; gate and
 * up): the tokens are loaded once, and the rows of all matrices are shared among the threads as one
 * piece of work. With more tokens than a tile holds, threads share pairs of a tile and a span of
 * rows, the tiles of a span one after the other, so that its weights stay in the cache.
 */
final class LinearStep implements Step, RowPool.Work {
    /** Below this many bytes read, waking the helpers costs more than they save. */
    private static final long SHARED_WORK_BYTES = 96 * 1024;

    /** Below this many activations, waking the helpers to load them costs more than they save. */
    private static final int SHARED_ACTIVATIONS = 4 * 1024;

    /** Kernels compute up to this many tokens together. */
    private static final int QUAD = 4;

    private final SessionBuffers buffers;
    private final float[] in;
    private final int inWidth;
    private final TileSet tiles;
    private final PackedMatrix[] matrices;
    private final float[][] outs;
    private final RowPool.Work loadParts = this::loadParts;
    private final RowPool.Work loadTiles = this::loadTiles;

    /** First block of each matrix, counted through, and the number of blocks at the end. */
    private final int[] firstBlock;

    /** First run of each matrix, counted through, and the number of runs at the end. */
    private final int[] firstRun;

    private final long byteSize;

    /** Blocks that a thread had better compute in one go, by the tokens of a tile. */
    private final int[] blocksInOneGo;

    // What is worked on now: tokens, how they are spread over tiles, and rows over spans.
    private int firstToken;
    private int tokens;
    private int tileTokens;
    private int tileCount;
    private int spans;

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
        this.tiles = buffers.tiles(this.matrices[0].tileLayout());
        firstBlock = new int[this.matrices.length + 1];
        firstRun = new int[this.matrices.length + 1];
        long bytes = 0;
        for (int i = 0; i < this.matrices.length; i++) {
            PackedMatrix matrix = this.matrices[i];
            int blocks = Math.ceilDiv(matrix.rows(), matrix.rowsPerBlock());
            firstBlock[i + 1] = firstBlock[i] + blocks;
            firstRun[i + 1] = firstRun[i] + Math.ceilDiv(blocks, matrix.blocksPerRun());
            bytes += matrix.byteSize() + matrix.mappedBytes();
        }
        byteSize = bytes;
        blocksInOneGo = new int[tiles.layout().tokens() + 1];
        for (int count = 1; count < blocksInOneGo.length; count++) {
            for (PackedMatrix matrix : this.matrices) {
                blocksInOneGo[count] = Math.max(blocksInOneGo[count], matrix.blocksInOneGo(count));
            }
        }
    }

    /** Sends the only result elsewhere: the logits grow with the tokens asked for. */
    void redirect(float[] out) {
        outs[0] = out;
    }

    @Override
    public void run() {
        int count = buffers.tokens().count();
        int most = tiles.layout().tokens() * tiles.layout().tiles();
        for (int t = 0; t < count; t += most) {
            begin(t, Math.min(most, count - t));
            load();
            multiply();
        }
    }

    /** Spreads tokens evenly over as few tiles as hold them. */
    private void begin(int first, int count) {
        firstToken = first;
        tokens = count;
        int needed = Math.ceilDiv(count, tiles.layout().tokens());
        tileTokens = Math.ceilDiv(Math.ceilDiv(count, needed), QUAD) * QUAD;
        tileCount = Math.ceilDiv(count, tileTokens);
        tiles.reserve(tileCount);
    }

    private int tokensOf(int tile) {
        return Math.min(tileTokens, tokens - tile * tileTokens);
    }

    private int offsetOf(int tile) {
        return (firstToken + tile * tileTokens) * inWidth;
    }

    private void load() {
        boolean alone = tokens * inWidth < SHARED_ACTIVATIONS;
        if (tileCount > 1 && !alone) {
            buffers.pool().run(loadTiles, tileCount);
        } else if (tileCount > 1) {
            loadTiles(0, tileCount, 0);
        } else {
            int parts = tiles.get(0).begin(in, offsetOf(0), inWidth, tokens);
            if (alone) {
                loadParts(0, parts, 0);
            } else {
                buffers.pool().run(loadParts, parts);
            }
        }
    }

    private void loadTiles(int from, int to, int worker) {
        for (int tile = from; tile < to; tile++) {
            tiles.get(tile).load(in, offsetOf(tile), inWidth, tokensOf(tile));
        }
    }

    private void loadParts(int from, int to, int worker) {
        tiles.get(0).loadParts(from, to);
    }

    private void multiply() {
        int go = blocksInOneGo[tokensOf(0)];
        RowPool pool = buffers.pool();
        int threads = pool.threads();
        if (tileCount > 1) {
            spans = Math.max(1, blocks() / go);
            if (tileCount < 4 * threads && spans * tileCount % threads != 0) {
                spans = Math.min(blocks(), Math.ceilDiv(spans, threads) * threads);
            }
        } else {
            // Whole runs if every thread gets about as many, else single blocks.
            int runs = firstRun[matrices.length];
            spans = runs % threads == 0 || runs >= 4 * threads ? runs : blocks();
        }
        int units = spans * tileCount;
        if (byteSize * tokens < SHARED_WORK_BYTES) {
            run(0, units, 0);
        } else if (tileCount > 1) {
            pool.run(this, units);
        } else {
            pool.run(this, units, (int) Math.ceilDiv((long) go * spans, (long) blocks()));
        }
    }

    private int blocks() {
        return firstBlock[matrices.length];
    }

    @Override
    public void run(int from, int to, int worker) {
        if (tileCount == 1) {
            multiply(0, blockOf(from), blockOf(to));
            return;
        }
        for (int unit = from; unit < to; unit++) {
            int span = unit / tileCount;
            multiply(unit % tileCount, blockOf(span), blockOf(span + 1));
        }
    }

    /** First block of a span, which is a run, a block or a share of all blocks. */
    private int blockOf(int span) {
        if (tileCount > 1 || spans != firstRun[matrices.length]) {
            return (int) ((long) blocks() * span / spans);
        }
        int i = 0;
        while (span >= firstRun[i + 1] && i < matrices.length - 1) {
            i++;
        }
        int block = (span - firstRun[i]) * matrices[i].blocksPerRun();
        return Math.min(firstBlock[i] + block, firstBlock[i + 1]);
    }

    private void multiply(int tile, int from, int to) {
        int token = firstToken + tile * tileTokens;
        for (int i = 0; i < matrices.length; i++) {
            int blockFrom = Math.max(from, firstBlock[i]) - firstBlock[i];
            int blockTo = Math.min(to, firstBlock[i + 1]) - firstBlock[i];
            if (blockFrom < blockTo) {
                int rows = matrices[i].rows();
                matrices[i].multiply(
                        tiles.get(tile), blockFrom, blockTo, outs[i], token * rows, rows);
            }
        }
    }
}
