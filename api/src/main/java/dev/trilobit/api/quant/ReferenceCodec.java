package dev.trilobit.api.quant;

import java.lang.foreign.ValueLayout;
import java.util.Objects;

/**
 * The definition of every {@link WeightFormat}, one element at a time, written to be read rather
 * than to be fast. Tests, oracles and file tools use it; kernels never do. {@link WeightWriter} is
 * the way back.
 */
public final class ReferenceCodec {
    private ReferenceCodec() {}

    /**
     * Decodes element (row, col). Every product is exact in a double; the sum of scale times code
     * and bias is rounded once, to a double. A ternary code of 3, which no writer makes, decodes to
     * twice the scale.
     *
     * @throws IndexOutOfBoundsException if the element lies outside the matrix
     */
    public static double decode(Weight weight, int row, int col) {
        MatrixShape shape = weight.shape();
        return switch (weight.format()) {
            case Dense(FloatType type) -> type.get(weight.codes(), valueIndex(shape, row, col));
            case Ternary(TernaryPacking _, ScaleGranularity scale) ->
                    ternaryScale(weight, scale, row, col) * (code(weight, row, col) - 1);
            case Binary(int groupSize, Binary.Mode mode, FloatType type) -> {
                long group = groupIndex(shape, row, col / groupSize, groupSize);
                double scale = type.get(weight.scales(), group);
                int bit = code(weight, row, col);
                yield switch (mode) {
                    case SYMMETRIC -> bit == 1 ? scale : -scale;
                    case AFFINE -> scale * bit + type.get(weight.biases(), group);
                };
            }
            case Affine(int _, int groupSize, FloatType type) -> {
                long group = groupIndex(shape, row, col / groupSize, groupSize);
                double scale = type.get(weight.scales(), group);
                yield scale * code(weight, row, col) + type.get(weight.biases(), group);
            }
            case Blocks(BlockType type) ->
                    BlockCodec.decode(
                            type,
                            weight.codes(),
                            blockByte(type, shape, row, col),
                            col % type.blockWeights());
        };
    }

    /** Decodes a row into a new array of {@code cols} numbers. */
    public static double[] decodeRow(Weight weight, int row) {
        double[] values = new double[weight.shape().cols()];
        for (int col = 0; col < values.length; col++) {
            values[col] = decode(weight, row, col);
        }
        return values;
    }

    /**
     * Returns the stored integer of element (row, col): {@code t + 1} of a ternary weight, the bit
     * of a binary one, q of an affine one or of a block.
     *
     * @throws IllegalArgumentException if the format is {@link Dense}
     * @throws IndexOutOfBoundsException if the element lies outside the matrix
     */
    public static int code(Weight weight, int row, int col) {
        if (weight.format() instanceof Dense dense) {
            throw new IllegalArgumentException(
                    "%s: %s has no codes".formatted(weight.name(), dense.label()));
        }
        if (weight.format() instanceof Blocks(BlockType type)) {
            long block = blockByte(type, weight.shape(), row, col);
            return BlockCodec.code(type, weight.codes(), block, col % type.blockWeights());
        }
        long bit = codeBit(weight.format(), weight.shape(), row, col);
        int low = Byte.toUnsignedInt(weight.codes().get(ValueLayout.JAVA_BYTE, bit >>> 3));
        int shift = (int) (bit & 7);
        int width = codeBits(weight.format());
        if (shift + width <= 8) {
            return low >>> shift & (1 << width) - 1;
        }
        int high = Byte.toUnsignedInt(weight.codes().get(ValueLayout.JAVA_BYTE, (bit >>> 3) + 1));
        return (high << 8 | low) >>> shift & (1 << width) - 1;
    }

    private static double ternaryScale(
            Weight weight, ScaleGranularity granularity, int row, int col) {
        return switch (granularity) {
            case ScaleGranularity.PerTensor() -> FloatType.F32.get(weight.scales(), 0);
            case ScaleGranularity.PerGroup(int size, FloatType type) ->
                    type.get(weight.scales(), groupIndex(weight.shape(), row, col / size, size));
        };
    }

    /** Returns the bits of a stored integer. */
    static int codeBits(WeightFormat format) {
        return switch (format) {
            case Dense _ -> throw notQuantized(format);
            case Ternary _ -> 2;
            case Binary _ -> 1;
            case Affine(int bits, int _, FloatType _) -> bits;
            case Blocks(BlockType type) -> type.bits();
        };
    }

    /** Returns the number of the first bit of a stored integer within the plane of codes. */
    static long codeBit(WeightFormat format, MatrixShape shape, int row, int col) {
        Objects.checkIndex(row, shape.rows());
        Objects.checkIndex(col, shape.cols());
        return switch (format) {
            case Dense _ -> throw notQuantized(format);
            case Ternary(TernaryPacking packing, ScaleGranularity _) ->
                    switch (packing) {
                        case CONSECUTIVE ->
                                ((long) row * Math.ceilDiv(shape.cols(), 4) + col / 4) * 8
                                        + 2L * (col % 4);
                        case ROW_QUARTERS -> {
                            int quarter = shape.rows() / 4;
                            yield ((long) (row % quarter) * shape.cols() + col) * 8
                                    + 2L * (row / quarter);
                        }
                    };
            case Binary _ -> (long) row * Math.ceilDiv(shape.cols(), 8) * 8 + col;
            case Affine(int bits, int _, FloatType _) ->
                    row * Math.ceilDiv((long) shape.cols() * bits, 8L) * 8 + (long) col * bits;
            case Blocks(BlockType type) ->
                    throw new IllegalArgumentException(type + " has no plane of codes alone");
        };
    }

    /** Returns the first byte of the block that holds element (row, col). */
    static long blockByte(BlockType type, MatrixShape shape, int row, int col) {
        Objects.checkIndex(row, shape.rows());
        Objects.checkIndex(col, shape.cols());
        long block = ((long) row * shape.cols() + col) / type.blockWeights();
        return block * type.blockBytes();
    }

    /** Returns the element number of a group's scale or bias within its plane. */
    static long groupIndex(MatrixShape shape, int row, int group, int groupSize) {
        int groups = WeightFormat.groups(shape.cols(), groupSize);
        return (long) Objects.checkIndex(row, shape.rows()) * groups
                + Objects.checkIndex(group, groups);
    }

    /** Returns the element number of a dense value. */
    static long valueIndex(MatrixShape shape, int row, int col) {
        return (long) Objects.checkIndex(row, shape.rows()) * shape.cols()
                + Objects.checkIndex(col, shape.cols());
    }

    private static IllegalArgumentException notQuantized(WeightFormat format) {
        return new IllegalArgumentException(format.label() + " stores values, not integer codes");
    }
}
