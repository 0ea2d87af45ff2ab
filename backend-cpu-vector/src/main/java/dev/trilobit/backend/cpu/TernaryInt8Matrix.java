package dev.trilobit.backend.cpu;

import dev.trilobit.api.quant.FloatType;
import dev.trilobit.api.quant.MatrixShape;
import dev.trilobit.api.quant.UnusableWeightException;
import dev.trilobit.api.quant.Weight;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;

/**
 * Ternary weights with one scale a tensor, times activations rounded to int8 a token.
 *
 * <p>{@code y = (float) dot * (scale / s)} with dot the exact integer sum of t * q, s the token's
 * factor as f32, and each of the three operations rounded once to f32. The conversion is exact up
 * to 131072 columns. So a result depends on nothing but the weights and the token.
 */
final class TernaryInt8Matrix implements PackedMatrix {
    /** Blocks to compute together: tables made on the way must serve many rows. */
    private static final int MANY_BLOCKS = 4 * TernaryWords.RUN_BLOCKS;

    /** Most blocks computed together, some more so that a share of all rows needs no rest. */
    static final int SPAN_BLOCKS = 5 * TernaryWords.RUN_BLOCKS;

    private final MatrixShape shape;
    private final float scale;
    private final MemorySegment codes;
    private final int words;
    private final int blocks;

    private TernaryInt8Matrix(MatrixShape shape, float scale, MemorySegment codes) {
        this.shape = shape;
        this.scale = scale;
        this.codes = codes;
        this.words = TernaryWords.words(shape.cols());
        this.blocks = Math.ceilDiv(shape.rows(), TernaryWords.BLOCK_ROWS);
    }

    /**
     * Repacks a weight.
     *
     * @param weight ternary with one scale, at most {@link TernaryWords#MAX_COLS} columns
     * @param arena owns the copy
     * @throws UnusableWeightException if a code is 3 or the scale is not finite
     */
    static TernaryInt8Matrix pack(Weight weight, Arena arena) {
        MatrixShape shape = weight.shape();
        float scale = FloatType.F32.get(weight.scales(), 0);
        if (!Float.isFinite(scale)) {
            throw new UnusableWeightException(
                    "%s: scale must be finite, got %s".formatted(weight.name(), scale));
        }
        int blocks = Math.ceilDiv(shape.rows(), TernaryWords.BLOCK_ROWS);
        long bytes = (long) blocks * TernaryWords.words(shape.cols()) * TernaryWords.STEP_BYTES;
        MemorySegment packed = arena.allocate(bytes, 64);
        new TernaryPacker(weight).pack(0, blocks, packed);
        return new TernaryInt8Matrix(shape, scale, packed);
    }

    @Override
    public int rows() {
        return shape.rows();
    }

    @Override
    public int rowsPerBlock() {
        return TernaryWords.BLOCK_ROWS;
    }

    @Override
    public long byteSize() {
        return codes.byteSize();
    }

    @Override
    public int blocksPerRun() {
        return TernaryWords.RUN_BLOCKS;
    }

    @Override
    public int blocksInOneGo(int tokens) {
        return tokens > TernaryInt8Tile.EXPANDED_TOKENS
                ? Math.min(blocks, MANY_BLOCKS)
                : PackedMatrix.super.blocksInOneGo(tokens);
    }

    @Override
    public TileLayout tileLayout() {
        return new TernaryInt8Layout(shape.cols());
    }

    @Override
    public void multiply(
            ActivationTile x, int blockFrom, int blockTo, float[] y, int yOffset, int yStride) {
        if (!(x instanceof TernaryInt8Tile tile) || tile.cols() != shape.cols()) {
            throw new IllegalArgumentException("tile %s: not of %s".formatted(x, tileLayout()));
        }
        TernaryScratch work = tile.scratch().borrow();
        for (int b = blockFrom; b < blockTo; ) {
            int end = spanEnd(tile, b, blockTo);
            int stride = (end - b) * TernaryWords.BLOCK_ROWS;
            int count = tile.tokens() * stride;
            Arrays.fill(work.sums, 0, count, 0);
            int largest = 0;
            for (int chunk = 0; chunk < TernaryWords.chunks(words); chunk++) {
                int more = tile.largestSum(chunk);
                if (largest + more > Short.MAX_VALUE) {
                    TernaryInt8Kernels.widen(work.shortSums, work.sums, count);
                    largest = 0;
                }
                largest += more;
                addChunk(tile, chunk, b, end, work);
            }
            TernaryInt8Kernels.widen(work.shortSums, work.sums, count);
            scale(tile, b, end, work.sums, y, yOffset, yStride);
            b = end;
        }
        tile.scratch().release(work);
    }

    /** Ends a span with its run; spans that need tables on the way are of about equal size. */
    private static int spanEnd(TernaryInt8Tile tile, int block, int blockTo) {
        if (tile.expanded()) {
            int run = TernaryWords.RUN_BLOCKS;
            return Math.min(block - block % run + run, blockTo);
        }
        int left = blockTo - block;
        return block + Math.ceilDiv(left, Math.ceilDiv(left, SPAN_BLOCKS));
    }

    private void addChunk(
            TernaryInt8Tile tile, int chunk, int blockFrom, int blockTo, TernaryScratch work) {
        int count = TernaryWords.chunkWords(words, chunk);
        int firstLookup = chunk * TernaryWords.CHUNK_WORDS * TernaryWords.LOOKUPS;
        int stride = (blockTo - blockFrom) * TernaryWords.BLOCK_ROWS;
        for (int pass = 0; pass < tile.passes(); pass++) {
            int width = tile.width(pass);
            short[] tables = tile.tables();
            int first = tile.tableOffset(pass) + firstLookup * width * TernaryWords.LANES;
            if (!tile.expanded()) {
                tile.expandChunk(pass, chunk, count, work.tables);
                tables = work.tables;
                first = 0;
            }
            int at = tile.firstToken(pass) * stride;
            for (int b = blockFrom; b < blockTo; b++) {
                long offset = TernaryWords.offset(b, blocks, words, chunk);
                switch (width) {
                    case 1 ->
                            TernaryInt8Kernels.oneToken(
                                    codes, offset, count, tables, first, work.shortSums, at);
                    case 2 ->
                            TernaryInt8Kernels.twoTokens(
                                    codes,
                                    offset,
                                    count,
                                    tables,
                                    first,
                                    work.shortSums,
                                    at,
                                    stride);
                    default -> {
                        TernaryInt8Kernels.fourTokens(
                                codes, offset, count, tables, first, work.shortSums, at, stride);
                        TernaryInt8Kernels.fourTokens(
                                codes,
                                offset + TernaryWords.STEP_BYTES / 2,
                                count,
                                tables,
                                first,
                                work.shortSums,
                                at + TernaryWords.BLOCK_ROWS / 2,
                                stride);
                    }
                }
                at += TernaryWords.BLOCK_ROWS;
            }
        }
    }

    private void scale(
            TernaryInt8Tile tile,
            int blockFrom,
            int blockTo,
            int[] sums,
            float[] y,
            int yOffset,
            int yStride) {
        int stride = (blockTo - blockFrom) * TernaryWords.BLOCK_ROWS;
        int first = blockFrom * TernaryWords.BLOCK_ROWS;
        int count = Math.min(blockTo * TernaryWords.BLOCK_ROWS, shape.rows()) - first;
        for (int t = 0; t < tile.tokens(); t++) {
            float factor = scale / tile.scale(t);
            int out = yOffset + t * yStride + first;
            int at = t * stride;
            for (int i = 0; i < count; i++) {
                y[out + i] = sums[at + i] * factor;
            }
        }
    }
}
