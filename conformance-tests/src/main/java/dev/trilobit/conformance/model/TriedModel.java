package dev.trilobit.conformance.model;

import dev.trilobit.conformance.contract.Trial;

/**
 * A model and how a trial gets at it.
 *
 * @param name what people call it
 * @param opening makes it when its check runs
 */
record TriedModel(String name, Opening opening) {
    /** Makes a model that lasts as long as a trial. */
    @FunctionalInterface
    interface Opening {
        ModelCase open(Trial trial);
    }

    /** Returns one that is there already. */
    static TriedModel of(ModelCase model) {
        return new TriedModel(model.name(), _ -> model);
    }

    ModelCase open(Trial trial) {
        return opening.open(trial);
    }
}
