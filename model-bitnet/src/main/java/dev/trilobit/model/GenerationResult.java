package dev.trilobit.model;

import java.util.List;

/**
 * What was generated.
 *
 * @param text without prompt, stop string and special tokens
 * @param tokens generated ids without the end token; after {@link StopReason#STOP_STRING} with
 *     those that made the stop string
 * @param reason why it ended
 * @param stats counts and times
 */
public record GenerationResult(
        String text, List<Integer> tokens, StopReason reason, GenerationStats stats) {
    public GenerationResult {
        tokens = List.copyOf(tokens);
    }
}
