package dev.trilobit.model.arch;

import dev.trilobit.api.quant.Weight;
import dev.trilobit.api.quant.WeightSource;
import java.util.Map;

/** The matrices of one model by name. */
record LoadedWeights(Map<String, Weight> weights) implements WeightSource {
    LoadedWeights {
        weights = Map.copyOf(weights);
    }

    @Override
    public Weight weight(String name) {
        Weight weight = weights.get(name);
        if (weight == null) {
            throw new IllegalArgumentException("the model has no weight " + name);
        }
        return weight;
    }
}
