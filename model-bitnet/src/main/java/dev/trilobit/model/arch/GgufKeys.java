package dev.trilobit.model.arch;

import dev.trilobit.model.file.GgufMetadata;
import dev.trilobit.model.file.ModelFormatException;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * The metadata of one architecture in a GGUF file, read key by key. What is wrong goes into one
 * list of problems, and reading goes on with a stand-in, so that the user sees all of it at once.
 */
final class GgufKeys {
    /** No width, vocabulary or count of a model comes near it; products of two fit a long. */
    private static final int LARGEST = 1 << 28;

    private static final int MOST_SHOWN = 100;

    private final GgufMetadata metadata;
    private final String prefix;
    private final List<String> problems;

    /**
     * Wraps metadata.
     *
     * @param architecture keys begin with it and a dot
     */
    GgufKeys(GgufMetadata metadata, String architecture, List<String> problems) {
        this.metadata = metadata;
        this.prefix = architecture + ".";
        this.problems = problems;
    }

    /** Adds a problem of {@code key}. */
    void problem(String key, String problem) {
        problems.add("key " + prefix + key + ": " + problem);
    }

    /** Adds a problem of the file. */
    void problem(String problem) {
        problems.add(problem);
    }

    /** Returns whether {@code key} has a value. */
    boolean has(String key) {
        return metadata.has(prefix + key);
    }

    /** Returns a positive integer, the same for each layer; a missing one is a problem. */
    int count(String key) {
        if (!has(key)) {
            problem(key, "expected a positive integer, but the key is missing");
        }
        return count(key, 1);
    }

    /**
     * Returns a positive integer, or {@code absent}. Where files have an array of one number a
     * layer, all must be the same.
     */
    int count(String key, int absent) {
        if (metadata.isArray(prefix + key)) {
            int[] each = read(key, metadata::integers).orElse(new int[0]);
            if (each.length == 0 || Arrays.stream(each).anyMatch(n -> n != each[0])) {
                problem(key, "expected the same number for each layer, got " + beginning(each));
                return absent;
            }
            return positive(key, each[0], absent);
        }
        OptionalLong value = read(key, metadata::integer).orElse(OptionalLong.empty());
        return value.isEmpty() ? absent : positive(key, value.getAsLong(), absent);
    }

    private static String beginning(int[] numbers) {
        String text =
                Arrays.stream(numbers)
                        .limit(MOST_SHOWN)
                        .mapToObj(String::valueOf)
                        .collect(Collectors.joining(", "));
        return numbers.length <= MOST_SHOWN
                ? "[" + text + "]"
                : "[%s and %d more]".formatted(text, numbers.length - MOST_SHOWN);
    }

    private int positive(String key, long value, int standIn) {
        if (value < 1 || value > LARGEST) {
            problem(key, "expected a positive integer, got " + value);
            return standIn;
        }
        return (int) value;
    }

    /** Returns a number, or {@code absent}. */
    double number(String key, double absent) {
        OptionalDouble value = read(key, metadata::number).orElse(OptionalDouble.empty());
        return value.orElse(absent);
    }

    /** Returns a string, or {@code absent}. */
    String text(String key, String absent) {
        return read(key, metadata::string).flatMap(Function.identity()).orElse(absent);
    }

    /** Returns a flag, or {@code absent}. */
    boolean flag(String key, boolean absent) {
        return read(key, metadata::flag).flatMap(Function.identity()).orElse(absent);
    }

    /** Notes a key that stands for another graph, unless its number is {@code neutral}. */
    void refuseUnless(double neutral, String key, String refusal) {
        double value;
        if (metadata.isArray(prefix + key)) {
            float[] each = read(key, metadata::numbers).orElse(new float[0]);
            value = neutral;
            for (float number : each) {
                value = number == neutral ? value : number;
            }
        } else {
            value = number(key, neutral);
        }
        if (value != neutral) {
            problem(key, "%s, got %s".formatted(refusal, value));
        }
    }

    /** A key of another type than expected is one problem of several. */
    private <T> Optional<T> read(String key, Function<String, T> accessor) {
        try {
            return Optional.of(accessor.apply(prefix + key));
        } catch (ModelFormatException e) {
            String label = metadata.label() + ": ";
            String message = String.valueOf(e.getMessage());
            problems.add(message.startsWith(label) ? message.substring(label.length()) : message);
            return Optional.empty();
        }
    }
}
