package dev.trilobit.backend.cpu;

import dev.trilobit.api.quant.Affine;
import dev.trilobit.api.quant.Binary;
import dev.trilobit.api.quant.Dense;
import dev.trilobit.api.quant.FloatType;
import dev.trilobit.api.quant.MatrixShape;
import dev.trilobit.api.quant.ScaleGranularity;
import dev.trilobit.api.quant.Ternary;
import dev.trilobit.api.quant.TernaryPacking;
import dev.trilobit.api.quant.UnusableWeightException;
import dev.trilobit.api.quant.Weight;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Objects;

/**
 * Decodes single rows of a weight of any format, for embeddings. The weight stays where it lies and
 * must stay open. Allocates nothing; safe for use by several threads.
 */
final class RowDecoder {
    private final Weight weight;
    private final int rows;
    private final int cols;

    /**
     * Wraps a weight and checks it.
     *
     * @throws UnusableWeightException if a value, scale or bias is not finite or a ternary code is
     *     3
     */
    RowDecoder(Weight weight) {
        this(weight, weight.shape());
        WeightCheck.require(weight);
    }

    private RowDecoder(Weight weight, MatrixShape shape) {
        this.weight = weight;
        this.rows = shape.rows();
        this.cols = shape.cols();
    }

    /** Wraps a weight that is checked elsewhere: a tied head is checked when it is packed. */
    static RowDecoder unchecked(Weight weight) {
        return new RowDecoder(weight, weight.shape());
    }

    /**
     * Decodes a row, each weight rounded once to f32.
     *
     * @param out element c goes to {@code out[offset + c]}
     * @throws IndexOutOfBoundsException if there is no such row or {@code out} is too short
     */
    void copyRow(int row, float[] out, int offset) {
        Objects.checkIndex(row, rows);
        Objects.checkFromIndexSize(offset, cols, out.length);
        switch (weight.format()) {
            case Dense(FloatType type) -> {
                long first = (long) row * cols;
                for (int c = 0; c < cols; c++) {
                    out[offset + c] = type.get(weight.codes(), first + c);
                }
            }
            case Ternary(TernaryPacking packing, ScaleGranularity scales) ->
                    ternary(row, packing, scales, out, offset);
            case Binary(int size, Binary.Mode mode, FloatType type) ->
                    groups(row, 1, size, type, mode == Binary.Mode.SYMMETRIC, out, offset);
            case Affine(int bits, int size, FloatType type) ->
                    groups(row, bits, size, type, false, out, offset);
        }
    }

    private void ternary(
            int row, TernaryPacking packing, ScaleGranularity scales, float[] out, int offset) {
        MemorySegment codes = weight.codes();
        int quarter = rows / 4;
        for (int c = 0; c < cols; c++) {
            int code =
                    switch (packing) {
                        case CONSECUTIVE -> {
                            long at = (long) row * Math.ceilDiv(cols, 4) + c / 4;
                            yield codes.get(ValueLayout.JAVA_BYTE, at) >> (2 * (c % 4));
                        }
                        case ROW_QUARTERS -> {
                            long at = (long) (row % quarter) * cols + c;
                            yield codes.get(ValueLayout.JAVA_BYTE, at) >> (2 * (row / quarter));
                        }
                    };
            float scale =
                    switch (scales) {
                        case ScaleGranularity.PerTensor() -> FloatType.F32.get(weight.scales(), 0);
                        case ScaleGranularity.PerGroup(int size, FloatType type) ->
                                type.get(weight.scales(), group(row, c, size));
                    };
            out[offset + c] = scale * ((code & 3) - 1);
        }
    }

    private void groups(
            int row,
            int bits,
            int size,
            FloatType type,
            boolean symmetric,
            float[] out,
            int offset) {
        long rowStart = row * Math.ceilDiv((long) cols * bits, 8L) * 8;
        for (int c = 0; c < cols; c++) {
            int code = code(rowStart + (long) c * bits, bits);
            float scale = type.get(weight.scales(), group(row, c, size));
            if (symmetric) {
                out[offset + c] = code == 1 ? scale : -scale;
            } else {
                double bias = type.get(weight.biases(), group(row, c, size));
                out[offset + c] = (float) ((double) scale * code + bias);
            }
        }
    }

    private long group(int row, int col, int size) {
        return (long) row * Math.ceilDiv(cols, size) + col / size;
    }

    private int code(long bit, int bits) {
        MemorySegment codes = weight.codes();
        int shift = (int) bit & 7;
        int code = codes.get(ValueLayout.JAVA_BYTE, bit >>> 3) & 0xff;
        if (shift + bits > 8) {
            code |= (codes.get(ValueLayout.JAVA_BYTE, (bit >>> 3) + 1) & 0xff) << 8;
        }
        return (code >>> shift) & ((1 << bits) - 1);
    }
}
