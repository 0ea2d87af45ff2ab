package dev.trilobit.backend.cpu;

import dev.trilobit.api.program.ActivationQuant;
import dev.trilobit.api.quant.BlockType;
import dev.trilobit.api.quant.Blocks;
import dev.trilobit.api.quant.MatrixShape;
import dev.trilobit.api.quant.UnusableWeightException;
import dev.trilobit.api.quant.Weight;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;

/**
 * Weights in ggml blocks times f32 activations, scales and codes read as one {@link BlockStream}.
 * For processors that multiply and add in one instruction; {@link GroupedMatrix} computes the same
 * products elsewhere.
 */
final class BlockMatrix implements PackedMatrix {
    private static final int ROWS = GroupGrid.BLOCK_ROWS;
    private static final int QUAD = GroupedTile.QUAD;

    /** Columns between two visits to the scales; a multiple of every block. */
    private static final int CHUNK_COLS = 256;

    private final MatrixShape shape;
    private final GroupedLayout layout;
    private final BlockStream stream;
    private final BlockKernel kernel;
    private final BlockBiases biases;

    private final MemorySegment packed;

    private BlockMatrix(
            MatrixShape shape, GroupedLayout layout, BlockStream stream, MemorySegment packed) {
        this.shape = shape;
        this.layout = layout;
        this.stream = stream;
        this.kernel = BlockKernel.of(stream);
        this.biases = new BlockBiases(stream, shape.rows());
        this.packed = packed;
    }

    /**
     * Repacks a weight.
     *
     * @param weight in blocks of {@code type}
     * @param arena owns the copy
     * @throws UnusableWeightException if a scale or bias is not finite
     */
    static BlockMatrix pack(Weight weight, BlockType type, ActivationQuant quant, Arena arena) {
        int cols = weight.shape().cols();
        var stream = new BlockStream(type, cols);
        var grid = new GroupGrid(cols, type.groupWeights(), BlockRow.bits(type));
        CodeValue value = type.hasBias() ? CodeValue.UNSIGNED : CodeValue.CENTRED;
        int run = new Blocks(type).runCols(cols);
        var layout = new GroupedLayout(grid, value, BlockBiases.centre(type), run, quant);
        MemorySegment packed = arena.allocate(stream.byteSize(weight.shape().rows()), 64);
        stream.pack(weight, packed);
        return new BlockMatrix(weight.shape(), layout, stream, packed);
    }

    @Override
    public int rows() {
        return shape.rows();
    }

    @Override
    public int rowsPerBlock() {
        return ROWS;
    }

    @Override
    public long byteSize() {
        return packed.byteSize();
    }

    @Override
    public TileLayout tileLayout() {
        return layout;
    }

    @Override
    public void multiply(
            ActivationTile x, int blockFrom, int blockTo, float[] y, int yOffset, int yStride) {
        if (!(x instanceof GroupedTile tile) || !tile.layout().equals(layout)) {
            throw new IllegalArgumentException("tile %s: not of %s".formatted(x, layout));
        }
        int chunk = CHUNK_COLS / stream.type().blockWeights();
        float[] work = tile.scratch().borrow();
        for (int b = blockFrom; b < blockTo; b++) {
            long rows = b * stream.rowsBytes();
            Arrays.fill(work, 0, tile.tokens() * ROWS, 0);
            for (int from = 0; from < stream.blocks(); from += chunk) {
                int to = Math.min(from + chunk, stream.blocks());
                for (int quad = 0; quad < tile.quads(); quad++) {
                    add(tile, quad, rows, from, to, work);
                }
            }
            int first = b * ROWS;
            int count = Math.min(ROWS, shape.rows() - first);
            for (int t = 0; t < tile.tokens(); t++) {
                System.arraycopy(work, t * ROWS, y, yOffset + t * yStride + first, count);
            }
        }
        tile.scratch().release(work);
    }

    private void add(GroupedTile tile, int quad, long rows, int from, int to, float[] work) {
        int width = tile.width(quad);
        int tokens = Math.min(width, tile.tokens() - quad * QUAD);
        float[] x = tile.steps(quad);
        float[] factors = tile.factors(quad);
        int sums = quad * QUAD * ROWS;
        if (width == 1) {
            kernel.addOne(packed, rows, from, to, x, factors, work, sums);
        } else {
            for (int t = 0; t < tokens; t += 2) {
                kernel.addTwo(packed, rows, from, to, x, factors, t, work, sums + t * ROWS);
            }
        }
        if (stream.biases()) {
            float[] activations = tile.groupSums(quad);
            for (int t = 0; t < tokens; t++) {
                int at = sums + t * ROWS;
                biases.add(packed, rows, from, to, activations, width, t, work, at);
            }
        }
    }
}
