package dev.trilobit.model.convert;

import dev.trilobit.api.quant.Dense;
import dev.trilobit.api.quant.QuantizeOptions;
import dev.trilobit.api.quant.Quantizer;
import dev.trilobit.api.quant.ScaleGranularity;
import dev.trilobit.api.quant.Ternary;
import dev.trilobit.api.quant.TernaryPacking;
import dev.trilobit.api.quant.TernaryRule;
import dev.trilobit.api.quant.UnusableWeightException;
import dev.trilobit.api.quant.Weight;
import dev.trilobit.api.quant.WeightFormat;
import java.lang.foreign.Arena;

/**
 * Quantizes by the rules of the API. Masters become ternary as BitNet trains them, with one scale a
 * tensor, which is then rounded to what the format stores; weights that are ternary already keep
 * their codes and have their scales rounded.
 */
final class Quantizing {
    private static final QuantizeOptions KEEPING_CODES =
            QuantizeOptions.DEFAULT.withTernaryRule(TernaryRule.ABSMAX);

    private Quantizing() {}

    /**
     * Returns the numbers rounded to a format.
     *
     * @param arena owns what is made; shared or automatic
     * @throws ConversionRefusedException if a number is not finite or leaves the range
     */
    static Weight quantize(Weight source, WeightFormat target, Arena arena) {
        try {
            if (!(target instanceof Ternary)) {
                return Quantizer.quantize(source, target, arena);
            }
            Weight ternary = source.format() instanceof Dense ? masters(source, arena) : source;
            return ternary.format().equals(target)
                    ? ternary
                    : Quantizer.quantize(ternary, target, KEEPING_CODES, arena);
        } catch (UnusableWeightException e) {
            throw new ConversionRefusedException(String.valueOf(e.getMessage()));
        }
    }

    private static Weight masters(Weight source, Arena arena) {
        var tensor = new Ternary(TernaryPacking.CONSECUTIVE, new ScaleGranularity.PerTensor());
        return Quantizer.quantize(source, tensor, arena);
    }
}
