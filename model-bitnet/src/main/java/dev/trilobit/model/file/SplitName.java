package dev.trilobit.model.file;

import java.util.Optional;
import java.util.regex.Pattern;

/**
 * The name of one part of a split GGUF model, {@code STEM-00002-of-00003.gguf}. Source: llama.cpp
 * {@code llama_split_path}.
 *
 * @param stem the part before the numbers
 * @param number which part, from 1
 * @param count how many there are
 */
public record SplitName(String stem, int number, int count) {
    private static final Pattern NAME = Pattern.compile("(.+)-(\\d{5})-of-(\\d{5})\\.gguf");

    /** Takes the name of a file apart, if it is that of a part. */
    public static Optional<SplitName> parse(String file) {
        var match = NAME.matcher(file);
        if (!match.matches()) {
            return Optional.empty();
        }
        int number = Integer.parseInt(match.group(2));
        int count = Integer.parseInt(match.group(3));
        return number >= 1 && number <= count
                ? Optional.of(new SplitName(match.group(1), number, count))
                : Optional.empty();
    }

    /** Returns whether both are parts of the same model. */
    boolean sameModel(SplitName other) {
        return stem.equals(other.stem) && count == other.count;
    }

    /** Returns the name of another part. */
    String part(int other) {
        return "%s-%05d-of-%05d.gguf".formatted(stem, other, count);
    }
}
