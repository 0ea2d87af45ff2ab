package dev.trilobit.model.arch;

import dev.trilobit.model.file.ModelFormatException;
import java.util.regex.Pattern;

/**
 * A module's name under a regular expression that came with the model. A hostile expression takes
 * time exponential in the length of the name, so the characters it reads are counted.
 */
final class CountedText implements CharSequence {
    /** Real expressions read a name a few times; names have about forty characters. */
    private static final int MOST_READS = 20_000;

    private final String text;
    private final Pattern pattern;
    private int reads;

    private CountedText(String text, Pattern pattern) {
        this.text = text;
        this.pattern = pattern;
    }

    /**
     * Returns whether {@code pattern} matches the start of {@code text}.
     *
     * @throws ModelFormatException if it takes too long to tell
     */
    static boolean startsWith(Pattern pattern, String text) {
        return pattern.matcher(new CountedText(text, pattern)).lookingAt();
    }

    @Override
    public char charAt(int index) {
        if (++reads > MOST_READS) {
            throw new ModelFormatException(
                    "config.json",
                    "modules_to_not_convert: %s reads more than %d characters of %s"
                            .formatted(pattern, MOST_READS, text));
        }
        return text.charAt(index);
    }

    @Override
    public int length() {
        return text.length();
    }

    @Override
    public CharSequence subSequence(int start, int end) {
        return text.subSequence(start, end);
    }

    @Override
    public String toString() {
        return text;
    }
}
