package dev.trilobit.api.quant;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Objects;

/**
 * Decodes rows of a weight of any format, as {@link ReferenceCodec} defines them, at a speed fit
 * for embeddings and for whole matrices. Every stored form but a dense one is {@code step * code +
 * offset} with one step and offset for a group of columns. The weight stays where it lies and must
 * stay open. Allocates nothing; safe for use by several threads. What the weight holds is not
 * checked: a number that is not finite gives others, and a ternary code of 3 gives twice the scale.
 */
public final class RowDecoder {
    private final Weight weight;
    private final int rows;
    private final int cols;
    private final int groupColumns;
    private final double centre;
    private final int bits;

    /** Bits from the code of one column to that of the next. */
    private final int stride;

    /** Wraps a weight. */
    public RowDecoder(Weight weight) {
        this.weight = weight;
        this.rows = weight.shape().rows();
        this.cols = weight.shape().cols();
        this.groupColumns = weight.format().runCols(cols);
        this.centre = centre(weight.format());
        this.bits = hasCodes() ? ReferenceCodec.codeBits(weight.format()) : 0;
        this.stride = CodePlane.sharesBytes(weight.format()) ? Byte.SIZE : bits;
    }

    /** The code of zero where a group has no offset of its own; a half lies between two codes. */
    private static double centre(WeightFormat format) {
        return switch (format) {
            case Dense _, Affine _ -> 0;
            case Ternary _ -> 1;
            case Binary(int _, Binary.Mode mode, FloatType _) ->
                    mode == Binary.Mode.SYMMETRIC ? 0.5 : 0;
            case Blocks(BlockType type) -> type.centre();
        };
    }

    /** Returns whether the numbers are made of codes. */
    public boolean hasCodes() {
        return !(weight.format() instanceof Dense);
    }

    /** Returns the columns that share a step and an offset; the last group may be shorter. */
    public int groupColumns() {
        return groupColumns;
    }

    /** Returns the groups of a row. */
    public int groups() {
        return Math.ceilDiv(cols, groupColumns);
    }

    /** Returns the difference between the numbers of neighbouring codes of a group, exactly. */
    public double step(int row, int group) {
        long index = (long) row * groups() + group;
        return switch (weight.format()) {
            case Dense _ -> Double.NaN;
            case Ternary(TernaryPacking _, ScaleGranularity.PerTensor()) ->
                    FloatType.F32.get(weight.scales(), 0);
            case Ternary(TernaryPacking _, ScaleGranularity.PerGroup(int _, FloatType type)) ->
                    type.get(weight.scales(), index);
            case Binary(int _, Binary.Mode mode, FloatType type) ->
                    type.get(weight.scales(), index) * (mode == Binary.Mode.SYMMETRIC ? 2.0 : 1.0);
            case Affine(int _, int _, FloatType type) -> type.get(weight.scales(), index);
            case Blocks(BlockType type) ->
                    BlockCodec.scale(type, weight.codes(), block(type, row, group), within(group));
        };
    }

    /** Returns the number of code 0 of a group, exactly. */
    public double offset(int row, int group) {
        return bias(row, group) - centre * step(row, group);
    }

    private double bias(int row, int group) {
        return switch (weight.format()) {
            case Dense _, Ternary _ -> 0;
            case Binary(int _, Binary.Mode mode, FloatType type) ->
                    mode == Binary.Mode.SYMMETRIC ? 0 : bias(type, row, group);
            case Affine(int _, int _, FloatType type) -> bias(type, row, group);
            case Blocks(BlockType type) ->
                    BlockCodec.bias(type, weight.codes(), block(type, row, group), within(group));
        };
    }

    private double bias(FloatType type, int row, int group) {
        return type.get(weight.biases(), (long) row * groups() + group);
    }

    private long block(BlockType type, int row, int group) {
        long inRow = (long) group * type.groupWeights() / type.blockWeights();
        return start(row) + inRow * type.blockBytes();
    }

    private int within(int group) {
        BlockType type = ((Blocks) weight.format()).type();
        return group % (type.blockWeights() / type.groupWeights());
    }

    /**
     * Decodes a row, each weight rounded once to f32.
     *
     * @param out element c goes to {@code out[offset + c]}
     * @throws IndexOutOfBoundsException if there is no such row or {@code out} is too short
     */
    public void copyRow(int row, float[] out, int offset) {
        Objects.checkIndex(row, rows);
        Objects.checkFromIndexSize(offset, cols, out.length);
        if (weight.format() instanceof Dense(FloatType type)) {
            type.copy(weight.codes(), (long) row * cols, out, offset, cols);
            return;
        }
        long start = start(row);
        for (int g = 0, c = 0; c < cols; g++) {
            double step = step(row, g);
            double bias = bias(row, g);
            int end = (int) Math.min(cols, (long) c + groupColumns);
            for (; c < end; c++) {
                out[offset + c] = (float) (step * (code(start, c) - centre) + bias);
            }
        }
    }

    /**
     * Decodes a row to the numbers of {@link ReferenceCodec}.
     *
     * @param out element c goes to {@code out[c]}
     * @throws IndexOutOfBoundsException if there is no such row or {@code out} is too short
     */
    public void copyRow(int row, double[] out) {
        Objects.checkIndex(row, rows);
        Objects.checkFromIndexSize(0, cols, out.length);
        if (weight.format() instanceof Dense(FloatType type)) {
            long first = (long) row * cols;
            for (int c = 0; c < cols; c++) {
                out[c] = type.get(weight.codes(), first + c);
            }
            return;
        }
        long start = start(row);
        for (int g = 0, c = 0; c < cols; g++) {
            double step = step(row, g);
            double bias = bias(row, g);
            int end = (int) Math.min(cols, (long) c + groupColumns);
            for (; c < end; c++) {
                out[c] = step * (code(start, c) - centre) + bias;
            }
        }
    }

    /** The first bit of a row's codes; of blocks the first byte. */
    private long start(int row) {
        return weight.format() instanceof Blocks(BlockType type)
                ? ReferenceCodec.blockByte(type, weight.shape(), row, 0)
                : ReferenceCodec.codeBit(weight.format(), weight.shape(), row, 0);
    }

    private int code(long start, int c) {
        if (weight.format() instanceof Blocks(BlockType type)) {
            long block = start + (long) (c / type.blockWeights()) * type.blockBytes();
            return BlockCodec.code(type, weight.codes(), block, c % type.blockWeights());
        }
        MemorySegment codes = weight.codes();
        long bit = start + (long) c * stride;
        int shift = (int) bit & 7;
        int code = codes.get(ValueLayout.JAVA_BYTE, bit >>> 3) & 0xff;
        if (shift + bits > 8) {
            code |= (codes.get(ValueLayout.JAVA_BYTE, (bit >>> 3) + 1) & 0xff) << 8;
        }
        return (code >>> shift) & ((1 << bits) - 1);
    }
}
