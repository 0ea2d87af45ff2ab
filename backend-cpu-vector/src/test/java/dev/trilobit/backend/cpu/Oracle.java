package dev.trilobit.backend.cpu;

import dev.trilobit.api.quant.Affine;
import dev.trilobit.api.quant.Binary;
import dev.trilobit.api.quant.BlockCodec;
import dev.trilobit.api.quant.BlockType;
import dev.trilobit.api.quant.Blocks;
import dev.trilobit.api.quant.MatrixShape;
import dev.trilobit.api.quant.ReferenceCodec;
import dev.trilobit.api.quant.Weight;

/**
 * Products in f64 of what {@link ReferenceCodec} decodes, with a bound on the error of f32 sums.
 */
final class Oracle {
    /** Half the distance of 1 to the next f32. */
    private static final double UNIT = 0x1p-24;

    private final double[] values;
    private final double[] bounds;

    private Oracle(double[] values, double[] bounds) {
        this.values = values;
        this.bounds = bounds;
    }

    /**
     * Multiplies a weight with one token.
     *
     * <p>A sum of n products in f32 is off by at most about n * 2^-24 times the sum of the terms'
     * magnitudes, in whatever order it is made (Higham, Accuracy and Stability, 4.2); scale and
     * bias add a few roundings, and each operation may lose half the smallest f32. With a bias the
     * terms are scale * (q - c) * x and (bias + scale * c) * x apart, for a c that keeps the first
     * small: magnitudes are those of all four products.
     */
    static Oracle of(Weight weight, float[] x, int offset) {
        MatrixShape shape = weight.shape();
        double[] values = new double[shape.rows()];
        double[] bounds = new double[shape.rows()];
        for (int r = 0; r < shape.rows(); r++) {
            double sum = 0;
            double magnitude = 0;
            double largest = 1;
            for (int c = 0; c < shape.cols(); c++) {
                double w = ReferenceCodec.decode(weight, r, c);
                double bias = bias(weight, r, c);
                double element = x[offset + c];
                sum += w * element;
                double taken = 2 * Math.abs(centre(weight, r, c));
                double terms = Math.abs(w - bias) + Math.abs(bias) + taken;
                magnitude += terms * Math.abs(element);
                largest = Math.max(largest, terms);
            }
            values[r] = sum;
            int n = shape.cols() + 8;
            bounds[r] = n * UNIT * magnitude * 1.01 + 2 * n * largest * Float.MIN_VALUE;
        }
        return new Oracle(values, bounds);
    }

    private static double bias(Weight weight, int row, int col) {
        return switch (weight.format()) {
            case Binary(int size, Binary.Mode mode, var type) when mode == Binary.Mode.AFFINE ->
                    type.get(weight.biases(), group(weight, size, row, col));
            case Affine(int _, int size, var type) ->
                    type.get(weight.biases(), group(weight, size, row, col));
            case Blocks(BlockType type) -> {
                long block = (long) row * weight.shape().cols() + col;
                long from = block / type.blockWeights() * type.blockBytes();
                int group = col % type.blockWeights() / type.groupWeights();
                yield BlockCodec.bias(type, weight.codes(), from, group);
            }
            default -> 0;
        };
    }

    /** Scale times the code in the middle, where there is a bias that can give it back. */
    private static double centre(Weight weight, int row, int col) {
        return switch (weight.format()) {
            case Binary(int size, Binary.Mode mode, var type) when mode == Binary.Mode.AFFINE ->
                    0.5 * type.get(weight.scales(), group(weight, size, row, col));
            case Affine(int bits, int size, var type) ->
                    (1 << (bits - 1))
                            * (double) type.get(weight.scales(), group(weight, size, row, col));
            case Blocks(BlockType type) when type.hasBias() -> {
                long block = (long) row * weight.shape().cols() + col;
                long from = block / type.blockWeights() * type.blockBytes();
                int group = col % type.blockWeights() / type.groupWeights();
                yield (1 << (type.bits() - 1))
                        * BlockCodec.scale(type, weight.codes(), from, group);
            }
            default -> 0;
        };
    }

    private static long group(Weight weight, int size, int row, int col) {
        return (long) row * Math.ceilDiv(weight.shape().cols(), size) + col / size;
    }

    /** Product of a row. */
    double value(int row) {
        return values[row];
    }

    /** Largest error that f32 arithmetic can make in a row. */
    double bound(int row) {
        return bounds[row];
    }
}
