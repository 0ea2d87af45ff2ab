package dev.trilobit.model;

import dev.trilobit.model.generate.SamplerSettings;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * What is asked of one generation.
 *
 * @param maxTokens most tokens to generate, at least 1
 * @param sampling how tokens are chosen
 * @param stopStrings texts that end the generation, none of them empty; what could still become one
 *     is held back from the listener
 * @param stopTokens token ids that end the generation besides the model's own end tokens
 */
public record GenerationOptions(
        int maxTokens,
        SamplerSettings sampling,
        List<String> stopStrings,
        Set<Integer> stopTokens) {
    private static final GenerationOptions DEFAULTS =
            new GenerationOptions(256, SamplerSettings.defaults(), List.of(), Set.of());

    public GenerationOptions {
        stopStrings = List.copyOf(stopStrings);
        stopTokens = Set.copyOf(stopTokens);
        var wrong = new ArrayList<String>();
        if (maxTokens < 1) {
            wrong.add("max tokens: expected at least 1, got " + maxTokens);
        }
        if (stopStrings.contains("")) {
            wrong.add("stop strings: expected none that is empty, got " + stopStrings);
        }
        if (stopTokens.stream().anyMatch(token -> token < 0)) {
            wrong.add("stop tokens: expected ids from 0, got " + stopTokens);
        }
        if (!wrong.isEmpty()) {
            throw new IllegalArgumentException(String.join("; ", wrong));
        }
    }

    /** Returns 256 tokens by {@link SamplerSettings#defaults}, no stop strings. */
    public static GenerationOptions defaults() {
        return DEFAULTS;
    }

    /** Returns these with another number of tokens. */
    public GenerationOptions withMaxTokens(int value) {
        return new GenerationOptions(value, sampling, stopStrings, stopTokens);
    }

    /** Returns these with other sampling. */
    public GenerationOptions withSampling(SamplerSettings value) {
        return new GenerationOptions(maxTokens, value, stopStrings, stopTokens);
    }

    /** Returns these with other stop strings. */
    public GenerationOptions withStopStrings(List<String> value) {
        return new GenerationOptions(maxTokens, sampling, value, stopTokens);
    }

    /** Returns these with other stop tokens. */
    public GenerationOptions withStopTokens(Set<Integer> value) {
        return new GenerationOptions(maxTokens, sampling, stopStrings, value);
    }
}
