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
    /** Blocks computed together, so that tables read from the cache serve several. */
    private static final int GROUP_BLOCKS = 4;

    private static final int GROUP_ROWS = GROUP_BLOCKS * TernaryWords.BLOCK_ROWS;

    /** Ints a thread needs: sums [token][row of the group]. */
    static final int SCRATCH_INTS = ActivationTile.MAX_TOKENS * GROUP_ROWS;

    private final MatrixShape shape;
    private final float scale;
    private final MemorySegment codes;
    private final int words;
    private final long blockBytes;

    private TernaryInt8Matrix(MatrixShape shape, float scale, MemorySegment codes) {
        this.shape = shape;
        this.scale = scale;
        this.codes = codes;
        this.words = TernaryWords.words(shape.cols());
        this.blockBytes = (long) words * TernaryWords.STEP_BYTES;
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
    public TileLayout tileLayout() {
        return new TernaryInt8Layout(shape.cols());
    }

    @Override
    public void multiply(
            ActivationTile x, int blockFrom, int blockTo, float[] y, int yOffset, int yStride) {
        if (!(x instanceof TernaryInt8Tile tile) || tile.cols() != shape.cols()) {
            throw new IllegalArgumentException("tile %s: not of %s".formatted(x, tileLayout()));
        }
        int[] sums = tile.scratch().borrow();
        for (int b = blockFrom; b < blockTo; b += GROUP_BLOCKS) {
            int end = Math.min(b + GROUP_BLOCKS, blockTo);
            if (tile.tokens() == 1) {
                Arrays.fill(sums, 0, GROUP_ROWS, 0);
                addToken(tile, 0, b, end, 0, words, sums);
            } else {
                Arrays.fill(sums, 0);
                for (int from = 0; from < words; from += TernaryWords.FLUSH_WORDS) {
                    int to = Math.min(from + TernaryWords.FLUSH_WORDS, words);
                    addQuads(tile, b, end, from, to, sums);
                }
            }
            scale(tile, b, end, sums, y, yOffset, yStride);
        }
        tile.scratch().release(sums);
    }

    private void addQuads(
            TernaryInt8Tile tile, int blockFrom, int blockTo, int from, int to, int[] sums) {
        for (int quad = 0; quad < tile.quads(); quad++) {
            if (tile.width(quad) == 1) {
                addToken(tile, quad, blockFrom, blockTo, from, to, sums);
            } else {
                addQuad(tile, quad, blockFrom, blockTo, from, to, sums);
            }
        }
    }

    private void addToken(
            TernaryInt8Tile tile,
            int quad,
            int blockFrom,
            int blockTo,
            int from,
            int to,
            int[] sums) {
        int at = quad * TernaryInt8Tile.QUAD * GROUP_ROWS;
        for (int b = blockFrom; b < blockTo; b++) {
            TernaryInt8Kernels.oneToken(
                    codes, b * blockBytes, tile.tables(quad), from, to, sums, at);
            at += TernaryWords.BLOCK_ROWS;
        }
    }

    private void addQuad(
            TernaryInt8Tile tile,
            int quad,
            int blockFrom,
            int blockTo,
            int from,
            int to,
            int[] sums) {
        int at = quad * TernaryInt8Tile.QUAD * GROUP_ROWS;
        for (int b = blockFrom; b < blockTo; b++) {
            for (int half = 0; half < 2; half++) {
                TernaryInt8Kernels.fourTokens(
                        codes,
                        b * blockBytes + half * (TernaryWords.STEP_BYTES / 2L),
                        tile.tables(quad),
                        from,
                        to,
                        sums,
                        at,
                        GROUP_ROWS);
                at += TernaryWords.BLOCK_ROWS / 2;
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
        int first = blockFrom * TernaryWords.BLOCK_ROWS;
        int count = Math.min(blockTo * TernaryWords.BLOCK_ROWS, shape.rows()) - first;
        for (int t = 0; t < tile.tokens(); t++) {
            float factor = scale / tile.scale(t);
            int out = yOffset + t * yStride + first;
            for (int i = 0; i < count; i++) {
                y[out + i] = sums[t * GROUP_ROWS + i] * factor;
            }
        }
    }
}
