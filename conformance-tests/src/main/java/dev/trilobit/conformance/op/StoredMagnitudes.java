package dev.trilobit.conformance.op;

import dev.trilobit.api.quant.Affine;
import dev.trilobit.api.quant.Binary;
import dev.trilobit.api.quant.BlockCodec;
import dev.trilobit.api.quant.BlockType;
import dev.trilobit.api.quant.Blocks;
import dev.trilobit.api.quant.Dense;
import dev.trilobit.api.quant.FloatType;
import dev.trilobit.api.quant.ReferenceCodec;
import dev.trilobit.api.quant.ScaleGranularity;
import dev.trilobit.api.quant.Ternary;
import dev.trilobit.api.quant.TernaryPacking;
import dev.trilobit.api.quant.Weight;
import dev.trilobit.api.quant.WeightFormat;

/**
 * Magnitudes of what a kernel may add up for a weight. It may multiply the stored code and add the
 * bias times the sum of the inputs at the end ({@code scale * q + bias}, where ternary weights have
 * the bias {@code -scale}, symmetric binary ones twice the scale and that bias, blocks without a
 * bias {@code -scale * centre}), so the rounding errors grow with {@code |w - bias| + |bias|}
 * rather than with {@code |w|}.
 */
final class StoredMagnitudes {
    private StoredMagnitudes() {}

    /** Returns {@code |w - bias| + |bias|} of a row: [cols]. */
    static double[] ofRow(Weight weight, int row) {
        double[] magnitudes = ReferenceCodec.decodeRow(weight, row);
        for (int col = 0; col < magnitudes.length; col++) {
            double bias = bias(weight, row, col);
            magnitudes[col] = Math.abs(magnitudes[col] - bias) + Math.abs(bias);
        }
        return magnitudes;
    }

    private static double bias(Weight weight, int row, int col) {
        return switch (weight.format()) {
            case Dense _ -> 0;
            case Ternary(TernaryPacking _, ScaleGranularity.PerTensor()) ->
                    -FloatType.F32.get(weight.scales(), 0);
            case Ternary(TernaryPacking _, ScaleGranularity.PerGroup(int size, FloatType type)) ->
                    -type.get(weight.scales(), group(weight, row, col, size));
            case Binary(int size, Binary.Mode mode, FloatType type) -> {
                long group = group(weight, row, col, size);
                yield switch (mode) {
                    case SYMMETRIC -> -type.get(weight.scales(), group);
                    case AFFINE -> type.get(weight.biases(), group);
                };
            }
            case Affine(int _, int size, FloatType type) ->
                    type.get(weight.biases(), group(weight, row, col, size));
            case Blocks(BlockType type) -> {
                long number = (long) row * weight.shape().cols() + col;
                long block = number / type.blockWeights() * type.blockBytes();
                int group = col % type.blockWeights() / type.groupWeights();
                yield type.hasBias()
                        ? BlockCodec.bias(type, weight.codes(), block, group)
                        : -type.centre() * BlockCodec.scale(type, weight.codes(), block, group);
            }
        };
    }

    private static long group(Weight weight, int row, int col, int size) {
        return (long) row * WeightFormat.groups(weight.shape().cols(), size) + col / size;
    }
}
