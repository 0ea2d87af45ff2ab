package dev.trilobit.model.convert;

import dev.trilobit.api.quant.Dense;
import dev.trilobit.api.quant.FloatType;
import dev.trilobit.api.quant.RowDecoder;
import dev.trilobit.api.quant.ScaleGranularity;
import dev.trilobit.api.quant.Ternary;
import dev.trilobit.api.quant.TernaryPacking;
import dev.trilobit.api.quant.Weight;
import dev.trilobit.api.quant.WeightFormat;
import java.util.EnumSet;
import java.util.Set;

/** Finds out which types hold the scales of a weight, or its numbers if it is dense, exactly. */
final class ScaleTypes {
    private ScaleTypes() {}

    /** Returns all of them; scale and offset of every group are looked at. */
    static Set<FloatType> exact(Weight weight) {
        Set<FloatType> types = EnumSet.allOf(FloatType.class);
        var reader = new RowDecoder(weight);
        if (weight.format() instanceof Dense) {
            double[] values = new double[weight.shape().cols()];
            for (int row = 0; row < weight.shape().rows() && types.size() > 1; row++) {
                reader.copyRow(row, values);
                for (double value : values) {
                    retain(types, value);
                }
            }
            return types;
        }
        int rows = isWholeTensor(weight.format()) ? 1 : weight.shape().rows();
        for (int row = 0; row < rows && !types.isEmpty(); row++) {
            for (int g = 0; g < reader.groups(); g++) {
                retain(types, reader.step(row, g));
                retain(types, reader.offset(row, g));
            }
        }
        return types;
    }

    /**
     * Returns whether groups of 8-bit codes are centred on 128 and their scales are f16, so that
     * blocks of Q8_0 hold them, whose codes go from -128 to 127.
     */
    static boolean isQ8(Weight weight) {
        var reader = new RowDecoder(weight);
        for (int row = 0; row < weight.shape().rows(); row++) {
            for (int g = 0; g < reader.groups(); g++) {
                double step = reader.step(row, g);
                if (!(step >= 0)
                        || FloatType.F16.round((float) step) != step
                        || reader.offset(row, g) != -128 * step) {
                    return false;
                }
            }
        }
        return true;
    }

    private static void retain(Set<FloatType> types, double number) {
        types.removeIf(type -> type.round((float) number) != number);
    }

    /** Returns whether one scale is that of all weights. */
    static boolean isWholeTensor(WeightFormat format) {
        return format instanceof Ternary(TernaryPacking _, ScaleGranularity.PerTensor());
    }
}
