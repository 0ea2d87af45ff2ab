package dev.trilobit.model.arch;

import dev.trilobit.api.quant.Weight;
import dev.trilobit.api.quant.WeightSource;
import java.lang.foreign.Arena;
import java.util.Map;
import java.util.function.Supplier;

/**
 * The matrices of one model by name, read when they are asked for.
 *
 * @param exact reads the model again, with all codes of tensors of two bits
 */
record LoadedWeights(Map<String, PlannedWeight> planned, Supplier<DecoderModel> exact)
        implements WeightSource {
    LoadedWeights {
        planned = Map.copyOf(planned);
    }

    @Override
    public Weight weight(String name, Arena arena) {
        PlannedWeight weight = planned.get(name);
        if (weight == null) {
            throw new IllegalArgumentException("the model has no weight " + name);
        }
        return weight.read(arena);
    }
}
