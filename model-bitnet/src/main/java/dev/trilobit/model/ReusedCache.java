package dev.trilobit.model;

import dev.trilobit.model.generate.TokenSource;
import java.util.Arrays;

/** Brings a source's cache to a new prompt with as little computation as possible. */
final class ReusedCache {
    private ReusedCache() {}

    /**
     * Cuts the source back to what it has in common with {@code prompt}; one token at least is left
     * over, since something must be computed to have scores.
     *
     * @param prompt not empty
     * @return the rest of the prompt, to be appended
     */
    static int[] cutBack(TokenSource source, int[] prompt) {
        int common = Math.min(source.sequence().commonPrefix(prompt), prompt.length - 1);
        source.truncate(common);
        return Arrays.copyOfRange(prompt, common, prompt.length);
    }
}
