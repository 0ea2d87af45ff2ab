package dev.trilobit.api.quant;

/**
 * Hands out weights by name: an open model file, or matrices made in memory. Safe for use by
 * several threads.
 */
@FunctionalInterface
public interface WeightSource {
    /**
     * Finds the weight called {@code name}; that is also the name it has.
     *
     * @throws IllegalArgumentException if there is none
     */
    Weight weight(String name);
}
