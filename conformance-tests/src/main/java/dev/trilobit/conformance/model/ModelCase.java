package dev.trilobit.conformance.model;

import dev.trilobit.api.program.Program;
import dev.trilobit.api.quant.WeightSource;
import java.util.List;

/**
 * A model to try on a backend.
 *
 * @param name what people call it
 * @param program its decoder step
 * @param weights stays open as long as this is used
 * @param chunks token sequences that suit it, each started from an empty cache; at least one, each
 *     of at least two tokens
 */
public record ModelCase(String name, Program program, WeightSource weights, List<int[]> chunks) {
    public ModelCase {
        chunks = List.copyOf(chunks);
        if (chunks.isEmpty() || chunks.stream().anyMatch(chunk -> chunk.length < 2)) {
            throw new IllegalArgumentException(
                    name + ": expected token sequences of at least two tokens each");
        }
    }
}
