package dev.trilobit.api.quant;

import java.lang.foreign.Arena;

/**
 * Hands out weights by name: an open model file, or matrices made in memory. Safe for use by
 * several threads.
 */
@FunctionalInterface
public interface WeightSource {
    /**
     * Finds the weight called {@code name}; that is also the name it has. Planes that lie in a file
     * as the format wants them are views of its mapping, valid as long as the source is open; what
     * has to be decoded first is decoded by this call, into {@code arena}. So whoever repacks a
     * weight closes the arena afterwards and never holds more than one decoded copy.
     *
     * @param arena owns what is decoded; not confined to another thread. Several threads may fill
     *     it, so that it has to be shared or automatic where a source says so
     * @throws IllegalArgumentException if there is none
     */
    Weight weight(String name, Arena arena);

    /**
     * Finds the weight called {@code name}; what has to be decoded is freed some time after the
     * weight is no longer reachable.
     *
     * @throws IllegalArgumentException if there is none
     */
    default Weight weight(String name) {
        return weight(name, Arena.ofAuto());
    }
}
