package dev.trilobit.api.backend;

import java.util.Map;

/**
 * What the caller wants of a compiled program.
 *
 * @param maxContextTokens positions a session can hold, at least 1
 * @param maxTokensPerStep most tokens of one {@link DecoderSession#forward}, at least 1; buffers
 *     are made for it
 * @param backendOptions options of the chosen backend by name, such as {@code threads}; a backend
 *     refuses names it does not know
 * @param progress hears how far compilation is
 */
public record CompileOptions(
        int maxContextTokens,
        int maxTokensPerStep,
        Map<String, String> backendOptions,
        CompileProgress progress) {
    public CompileOptions {
        backendOptions = Map.copyOf(backendOptions);
        if (maxContextTokens <= 0 || maxTokensPerStep <= 0) {
            throw new IllegalArgumentException(
                    "context of %d tokens in steps of at most %d: both must be positive"
                            .formatted(maxContextTokens, maxTokensPerStep));
        }
    }

    /** Returns options for a context of {@code tokens}, in steps of at most 128. */
    public static CompileOptions forContext(int tokens) {
        return new CompileOptions(tokens, Math.min(tokens, 128), Map.of(), CompileProgress.NONE);
    }
}
