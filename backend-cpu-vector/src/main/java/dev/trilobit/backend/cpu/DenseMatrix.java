package dev.trilobit.backend.cpu;

import dev.trilobit.api.program.ActivationQuant;
import dev.trilobit.api.quant.Dense;
import dev.trilobit.api.quant.FloatType;
import dev.trilobit.api.quant.MatrixShape;
import dev.trilobit.api.quant.Weight;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/**
 * Unquantized weights times f32 activations, read from where they lie when that is native memory or
 * a mapped file. A row's sum is made in lanes of a vector, in order of columns; then the lanes are
 * added pairwise, and the columns past the last whole vector after them.
 */
final class DenseMatrix implements PackedMatrix {
    private static final int LANES = Lanes.FLOATS.length();
    private static final int BLOCK_ROWS = 32;
    private static final int QUAD = 4;

    private final MatrixShape shape;
    private final FloatType type;
    private final DenseLayout layout;
    private final DenseKernel kernel;
    private final MemorySegment values;
    private final long copiedBytes;

    private DenseMatrix(
            MatrixShape shape,
            FloatType type,
            ActivationQuant quant,
            MemorySegment values,
            long copiedBytes) {
        this.shape = shape;
        this.type = type;
        this.layout = new DenseLayout(shape.cols(), stepCols(type), quant);
        this.kernel =
                switch (type) {
                    case F32 -> new DenseF32Kernel();
                    case F16 -> new DenseF16Kernel();
                    case BF16 -> new DenseBf16Kernel();
                };
        this.values = values;
        this.copiedBytes = copiedBytes;
    }

    private static int stepCols(FloatType type) {
        return LANES * Float.BYTES / type.byteSize();
    }

    /**
     * Wraps a weight, or copies it if it lies on the heap.
     *
     * @param weight dense
     * @param arena owns the copy
     * @throws IllegalArgumentException if a value is not finite
     */
    static DenseMatrix pack(Weight weight, ActivationQuant quant, Arena arena) {
        if (!(weight.format() instanceof Dense(FloatType type))) {
            throw new IllegalArgumentException(
                    "%s: %s is not dense".formatted(weight.name(), weight.format().label()));
        }
        MemorySegment values = weight.codes();
        WeightCheck.requireFiniteInPlace(weight, type);
        long copied = 0;
        if (!values.isNative()) {
            copied = values.byteSize();
            values = arena.allocate(copied, Long.BYTES).copyFrom(values);
        }
        return new DenseMatrix(weight.shape(), type, quant, values, copied);
    }

    @Override
    public int rows() {
        return shape.rows();
    }

    @Override
    public int rowsPerBlock() {
        return BLOCK_ROWS;
    }

    @Override
    public long byteSize() {
        return copiedBytes;
    }

    @Override
    public long mappedBytes() {
        return values.byteSize() - copiedBytes;
    }

    @Override
    public TileLayout tileLayout() {
        return layout;
    }

    @Override
    public void multiply(
            ActivationTile x, int blockFrom, int blockTo, float[] y, int yOffset, int yStride) {
        if (!(x instanceof DenseTile tile) || !tile.layout().equals(layout)) {
            throw new IllegalArgumentException("tile %s: not of %s".formatted(x, layout));
        }
        float[] sums = tile.scratch().borrow();
        int end = Math.min(blockTo * BLOCK_ROWS, shape.rows());
        for (int r = blockFrom * BLOCK_ROWS; r < end; r += 4) {
            for (int t = 0; t < tile.tokens(); t += QUAD) {
                int out = yOffset + t * yStride;
                if (tile.tokens() == t + 1) {
                    oneToken(tile, t, r, sums, y, out);
                } else {
                    fourTokens(tile, t, r, sums, y, out, yStride);
                    if (r + 2 < end) {
                        fourTokens(tile, t, r + 2, sums, y, out, yStride);
                    }
                }
            }
        }
        tile.scratch().release(sums);
    }

    private void oneToken(
            DenseTile tile, int token, int row, float[] sums, float[] y, int yOffset) {
        int at = token * shape.cols();
        kernel.oneToken(
                values,
                offset(row),
                offset(row + 1),
                offset(row + 2),
                offset(row + 3),
                tile.values(),
                at,
                layout.wholeCols(),
                sums);
        for (int i = 0; i < Math.min(4, shape.rows() - row); i++) {
            y[yOffset + row + i] = total(sums, i * LANES, tile.values(), at, row + i);
        }
    }

    private void fourTokens(
            DenseTile tile, int token, int row, float[] sums, float[] y, int yOffset, int yStride) {
        int cols = shape.cols();
        int count = Math.min(QUAD, tile.tokens() - token);
        int last = tile.tokens() - 1;
        kernel.fourTokens(
                values,
                offset(row),
                offset(row + 1),
                tile.values(),
                token * cols,
                Math.min(token + 1, last) * cols,
                Math.min(token + 2, last) * cols,
                Math.min(token + 3, last) * cols,
                layout.wholeCols(),
                sums);
        for (int i = 0; i < Math.min(2, shape.rows() - row); i++) {
            for (int t = 0; t < count; t++) {
                int lanes = (i * QUAD + t) * LANES;
                y[yOffset + t * yStride + row + i] =
                        total(sums, lanes, tile.values(), (token + t) * cols, row + i);
            }
        }
    }

    /** Byte offset of a row; rows past the last are the last again. */
    private long offset(int row) {
        return (long) Math.min(row, shape.rows() - 1) * shape.cols() * type.byteSize();
    }

    /**
     * Adds up lanes pairwise, then the columns that no whole vector holds. Not a vector reduction:
     * that adds in whatever order the machine likes.
     */
    private float total(float[] sums, int lanes, float[] x, int at, int row) {
        for (int half = LANES / 2; half > 0; half /= 2) {
            for (int i = 0; i < half; i++) {
                sums[lanes + i] += sums[lanes + half + i];
            }
        }
        float total = sums[lanes];
        long first = (long) row * shape.cols();
        for (int c = layout.wholeCols(); c < shape.cols(); c++) {
            total += type.get(values, first + c) * x[at + c];
        }
        return total;
    }
}
