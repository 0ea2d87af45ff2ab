package dev.trilobit.api.quant;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Objects;

/**
 * Decodes rows of a weight of any format to f32, as {@link ReferenceCodec} defines them, at a speed
 * fit for embeddings and for whole matrices. The weight stays where it lies and must stay open.
 * Allocates nothing; safe for use by several threads. What the weight holds is not checked: a
 * number that is not finite gives others, and a ternary code of 3 gives twice the scale.
 */
public final class RowDecoder {
    private final Weight weight;
    private final int rows;
    private final int cols;

    /** Wraps a weight. */
    public RowDecoder(Weight weight) {
        this.weight = weight;
        this.rows = weight.shape().rows();
        this.cols = weight.shape().cols();
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
        switch (weight.format()) {
            case Dense(FloatType type) ->
                    type.copy(weight.codes(), (long) row * cols, out, offset, cols);
            case Ternary(TernaryPacking packing, ScaleGranularity scales) -> {
                switch (packing) {
                    case CONSECUTIVE -> {
                        long first = (long) row * Math.ceilDiv(cols, 4) * 4;
                        for (int c = 0; c < cols; c++) {
                            out[offset + c] = code((first + c) * 2, 2) - 1;
                        }
                    }
                    case ROW_QUARTERS -> {
                        int quarter = rows / 4;
                        long first = (long) (row % quarter) * cols;
                        for (int c = 0; c < cols; c++) {
                            out[offset + c] = code((first + c) * 8 + 2L * (row / quarter), 2) - 1;
                        }
                    }
                }
                scale(row, scales, out, offset);
            }
            case Binary(int size, Binary.Mode mode, FloatType type) ->
                    groups(row, 1, size, type, mode == Binary.Mode.SYMMETRIC, out, offset);
            case Affine(int bits, int size, FloatType type) ->
                    groups(row, bits, size, type, false, out, offset);
            case Blocks(BlockType type) -> blocks(row, type, out, offset);
        }
    }

    private void scale(int row, ScaleGranularity granularity, float[] out, int offset) {
        switch (granularity) {
            case ScaleGranularity.PerTensor() -> {
                float scale = FloatType.F32.get(weight.scales(), 0);
                for (int c = 0; c < cols; c++) {
                    out[offset + c] *= scale;
                }
            }
            case ScaleGranularity.PerGroup(int size, FloatType type) -> {
                long group = (long) row * WeightFormat.groups(cols, size);
                for (int first = 0; first < cols; first += size) {
                    float scale = type.get(weight.scales(), group++);
                    for (int c = first; c < Math.min(first + size, cols); c++) {
                        out[offset + c] *= scale;
                    }
                }
            }
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
        long group = (long) row * WeightFormat.groups(cols, size);
        for (int first = 0; first < cols; first += size) {
            double scale = type.get(weight.scales(), group);
            double bias = symmetric ? 0 : type.get(weight.biases(), group);
            for (int c = first; c < Math.min(first + size, cols); c++) {
                int code = code(rowStart + (long) c * bits, bits);
                out[offset + c] =
                        (float) (symmetric ? scale * (2 * code - 1) : scale * code + bias);
            }
            group++;
        }
    }

    private void blocks(int row, BlockType type, float[] out, int offset) {
        MemorySegment blocks = weight.codes();
        int groups = type.blockWeights() / type.groupWeights();
        long block = (long) row * (cols / type.blockWeights()) * type.blockBytes();
        int at = offset;
        for (int c = 0; c < cols; c += type.blockWeights()) {
            for (int g = 0; g < groups; g++) {
                double scale = BlockCodec.scale(type, blocks, block, g);
                double bias = BlockCodec.bias(type, blocks, block, g);
                int first = g * type.groupWeights();
                for (int i = first; i < first + type.groupWeights(); i++) {
                    int code = BlockCodec.code(type, blocks, block, i) - type.centre();
                    out[at++] = (float) (scale * code + bias);
                }
            }
            block += type.blockBytes();
        }
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
