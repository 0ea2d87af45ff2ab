package dev.trilobit.cli.logits;

import dev.trilobit.cli.io.UsageException;

/** Reads token ids from an option. */
final class TokenList {
    private TokenList() {}

    /**
     * Returns the ids of {@code text}.
     *
     * @param text ids separated by commas, such as {@code 1,5,9}; blanks do no harm
     * @throws UsageException if there is none, or one is no number from 0
     */
    static int[] parse(String text) {
        String[] parts = text.split(",", -1);
        var tokens = new int[parts.length];
        for (int i = 0; i < parts.length; i++) {
            try {
                tokens[i] = Integer.parseUnsignedInt(parts[i].strip());
            } catch (NumberFormatException e) {
                throw new UsageException(
                        "--tokens: expected ids separated by commas such as 1,5,9, got '%s' (entry %d is '%s')"
                                .formatted(text, i + 1, parts[i].strip()),
                        e);
            }
        }
        return tokens;
    }

    /**
     * Checks that a model knows the ids.
     *
     * @param vocabulary ids are below it
     * @throws UsageException if one is not
     */
    static void requireBelow(int vocabulary, int[] tokens) {
        for (int i = 0; i < tokens.length; i++) {
            if (tokens[i] < 0 || tokens[i] >= vocabulary) {
                throw new UsageException(
                        "--tokens: entry %d is %s; this model's ids are 0 to %d"
                                .formatted(
                                        i + 1,
                                        Integer.toUnsignedString(tokens[i]),
                                        vocabulary - 1));
            }
        }
    }
}
