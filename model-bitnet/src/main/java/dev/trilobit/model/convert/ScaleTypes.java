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

    private static void retain(Set<FloatType> types, double number) {
        types.removeIf(type -> type.round((float) number) != number);
    }

    /** Returns whether one scale is that of all weights. */
    static boolean isWholeTensor(WeightFormat format) {
        return format instanceof Ternary(TernaryPacking _, ScaleGranularity.PerTensor());
    }
}
