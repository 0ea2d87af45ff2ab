package dev.trilobit.model.convert;

import dev.trilobit.api.quant.Affine;
import dev.trilobit.api.quant.Binary;
import dev.trilobit.api.quant.BlockCodec;
import dev.trilobit.api.quant.BlockType;
import dev.trilobit.api.quant.Blocks;
import dev.trilobit.api.quant.Dense;
import dev.trilobit.api.quant.FloatType;
import dev.trilobit.api.quant.ScaleGranularity;
import dev.trilobit.api.quant.Ternary;
import dev.trilobit.api.quant.TernaryPacking;
import dev.trilobit.api.quant.Weight;
import dev.trilobit.api.quant.WeightFormat;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * Decodes whole rows of a weight: the numbers of {@link dev.trilobit.api.quant.ReferenceCodec}, a
 * row at a time. Every stored form but a dense one is {@code step * code + offset} with one step
 * and offset for a group of columns. Safe for use by several threads.
 */
final class RowReader {
    private final Weight weight;
    private final int cols;
    private final int groupColumns;

    RowReader(Weight weight) {
        this.weight = weight;
        this.cols = weight.shape().cols();
        this.groupColumns = groupColumns(weight.format(), cols);
    }

    /** Returns the columns that share a step; all of them if there is one for the whole row. */
    static int groupColumns(WeightFormat format, int cols) {
        return switch (format) {
            case Dense _ -> cols;
            case Ternary(TernaryPacking _, ScaleGranularity.PerTensor()) -> cols;
            case Ternary(TernaryPacking _, ScaleGranularity.PerGroup(int size, FloatType _)) ->
                    size;
            case Binary(int size, Binary.Mode _, FloatType _) -> size;
            case Affine(int _, int size, FloatType _) -> size;
            case Blocks(BlockType type) -> type.groupWeights();
        };
    }

    /** Returns whether the numbers are made of codes. */
    boolean hasCodes() {
        return !(weight.format() instanceof Dense);
    }

    /** Returns the columns that share a step and an offset; the last group may be shorter. */
    int groupColumns() {
        return groupColumns;
    }

    /** Returns the groups of a row. */
    int groups() {
        return Math.ceilDiv(cols, groupColumns);
    }

    /** Returns the difference between the numbers of neighbouring codes of a group. */
    double step(int row, int group) {
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

    /** Returns the number of code 0 of a group, whose step is {@code step}. */
    double offset(int row, int group, double step) {
        long index = (long) row * groups() + group;
        return switch (weight.format()) {
            case Dense _ -> Double.NaN;
            case Ternary _ -> -step;
            case Binary(int _, Binary.Mode mode, FloatType type) ->
                    mode == Binary.Mode.SYMMETRIC ? -step / 2 : type.get(weight.biases(), index);
            case Affine(int _, int _, FloatType type) -> type.get(weight.biases(), index);
            case Blocks(BlockType type) ->
                    type.hasBias()
                            ? BlockCodec.bias(
                                    type, weight.codes(), block(type, row, group), within(group))
                            : -type.centre() * step;
        };
    }

    private long block(BlockType type, int row, int group) {
        long perRow = cols / type.blockWeights();
        long inRow = (long) group * type.groupWeights() / type.blockWeights();
        return (row * perRow + inRow) * type.blockBytes();
    }

    private int within(int group) {
        BlockType type = ((Blocks) weight.format()).type();
        return group % (type.blockWeights() / type.groupWeights());
    }

    /**
     * Decodes a row.
     *
     * @param values out, one for each column
     */
    void read(int row, double[] values) {
        if (weight.format() instanceof Dense(FloatType type)) {
            long first = (long) row * cols;
            for (int c = 0; c < cols; c++) {
                values[c] = type.get(weight.codes(), first + c);
            }
            return;
        }
        int[] codes = new int[cols];
        codes(row, codes);
        for (int g = 0; g < groups(); g++) {
            double step = step(row, g);
            double offset = offset(row, g, step);
            int end = (int) Math.min(cols, (g + 1L) * groupColumns);
            for (int c = g * groupColumns; c < end; c++) {
                values[c] = step * codes[c] + offset;
            }
        }
    }

    private void codes(int row, int[] codes) {
        switch (weight.format()) {
            case Dense _ -> throw new AssertionError("has no codes");
            case Ternary(TernaryPacking packing, ScaleGranularity _) -> {
                switch (packing) {
                    case CONSECUTIVE -> stream(row, 2, codes);
                    case ROW_QUARTERS -> quarter(row, codes);
                }
            }
            case Binary _ -> stream(row, 1, codes);
            case Affine(int bits, int _, FloatType _) -> stream(row, bits, codes);
            case Blocks(BlockType type) -> {
                for (int c = 0; c < cols; c++) {
                    long block = block(type, row, c / groupColumns);
                    codes[c] =
                            BlockCodec.code(type, weight.codes(), block, c % type.blockWeights());
                }
            }
        }
    }

    private void stream(int row, int bits, int[] codes) {
        byte[] bytes = new byte[CodeBits.byteSize(cols, bits)];
        copy((long) row * bytes.length, bytes);
        CodeBits.unpack(bytes, bits, codes);
    }

    private void quarter(int row, int[] codes) {
        int quarter = weight.shape().rows() / 4;
        byte[] bytes = new byte[cols];
        copy((long) (row % quarter) * cols, bytes);
        int shift = 2 * (row / quarter);
        for (int c = 0; c < cols; c++) {
            codes[c] = bytes[c] >>> shift & 3;
        }
    }

    private void copy(long from, byte[] bytes) {
        MemorySegment.copy(weight.codes(), ValueLayout.JAVA_BYTE, from, bytes, 0, bytes.length);
    }
}
