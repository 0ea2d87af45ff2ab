package dev.trilobit.cli.text;

import dev.trilobit.cli.io.UsageException;

/** Reads token ids that people wrote. */
public final class TokenList {
    private TokenList() {}

    /**
     * Returns the ids of {@code text}.
     *
     * @param what the option, for messages
     * @param text ids separated by commas, such as {@code 1,5,9}; blanks do no harm
     * @throws UsageException if there is none, or one is no number from 0
     */
    public static int[] parse(String what, String text) {
        return parse(what, text, text.split(",", -1));
    }

    /**
     * Returns the ids of {@code text}.
     *
     * @param what the file and line, for messages
     * @param text ids separated by commas, blanks or both
     * @throws UsageException if there is none, or one is no number from 0
     */
    public static int[] parseLine(String what, String text) {
        return parse(what, text, text.strip().split("\\s*,\\s*|\\s+", -1));
    }

    private static int[] parse(String what, String text, String[] parts) {
        var tokens = new int[parts.length];
        for (int i = 0; i < parts.length; i++) {
            try {
                tokens[i] = Integer.parseUnsignedInt(parts[i].strip());
            } catch (NumberFormatException e) {
                throw new UsageException(
                        "%s: expected ids separated by commas such as 1,5,9, got '%s' (entry %d is '%s')"
                                .formatted(what, shortened(text), i + 1, shortened(parts[i])),
                        e);
            }
        }
        return tokens;
    }

    /** Keeps a message to one line when somebody names a wrong file. */
    private static String shortened(String text) {
        String bare = text.strip();
        return bare.length() <= 60 ? bare : bare.substring(0, 60) + "...";
    }

    /**
     * Checks that a model knows the ids.
     *
     * @param what where the ids come from, for messages
     * @param vocabulary ids are below it
     * @throws UsageException if one is not
     */
    public static void requireBelow(String what, int vocabulary, int[] tokens) {
        for (int i = 0; i < tokens.length; i++) {
            if (tokens[i] < 0 || tokens[i] >= vocabulary) {
                throw new UsageException(
                        "%s: entry %d is %s; this model's ids are 0 to %d"
                                .formatted(
                                        what,
                                        i + 1,
                                        Integer.toUnsignedString(tokens[i]),
                                        vocabulary - 1));
            }
        }
    }
}
