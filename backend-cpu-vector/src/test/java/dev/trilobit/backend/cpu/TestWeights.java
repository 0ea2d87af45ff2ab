package dev.trilobit.backend.cpu;

import dev.trilobit.api.quant.Weight;
import dev.trilobit.api.quant.WeightSource;
import java.lang.foreign.Arena;
import java.util.HashMap;
import java.util.Map;

/** Weights made by a test. */
final class TestWeights implements WeightSource {
    private final Map<String, Weight> weights = new HashMap<>();

    @Override
    public Weight weight(String name, Arena arena) {
        Weight weight = weights.get(name);
        if (weight == null) {
            throw new IllegalArgumentException("no weight " + name);
        }
        return weight;
    }

    /** Adds a weight, or puts it in the place of one of its name. */
    void put(Weight weight) {
        weights.put(weight.name(), weight);
    }

    /** Takes a weight away. */
    void remove(String name) {
        weights.remove(name);
    }
}
