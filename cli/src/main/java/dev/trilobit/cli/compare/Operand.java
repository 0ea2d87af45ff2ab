package dev.trilobit.cli.compare;

import dev.trilobit.cli.io.UsageException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;

/** A or B as it is written on the command line. */
sealed interface Operand {
    /** {@code A} or {@code B}. */
    String name();

    /**
     * {@code PLACE[@BACKEND]}.
     *
     * @param place {@code embedded:name} or a path
     * @param engine {@code oracle}, or backend ids as for {@code --backend}; empty if nothing was
     *     said
     */
    record OfModel(String name, String place, String engine) implements Operand {}

    /**
     * A file of logits.
     *
     * @param file a regular file
     */
    record OfFile(String name, Path file) implements Operand {}

    /**
     * Reads an operand. What is there under the whole name counts first, so that a path may hold an
     * {@code @}.
     *
     * @throws UsageException if nothing follows the {@code @}, or a file of logits goes before it
     */
    static Operand parse(String name, String text) {
        int at = text.lastIndexOf('@');
        if (isFile(text)) {
            return new OfFile(name, Path.of(text));
        }
        if (at < 0 || exists(text)) {
            return new OfModel(name, text, "");
        }
        String place = text.substring(0, at);
        String engine = text.substring(at + 1);
        if (engine.isBlank()) {
            throw new UsageException(
                    "%s: expected a backend's id or oracle after the @ of '%s'"
                            .formatted(name, text));
        }
        if (isFile(place)) {
            throw new UsageException(
                    "%s: '%s' is a file of logits, which no backend computes; leave out @%s"
                            .formatted(name, place, engine));
        }
        return new OfModel(name, place, engine);
    }

    /** Other regular files are models in GGUF. */
    private static boolean isFile(String place) {
        return exists(place) && !place.endsWith(".gguf") && Files.isRegularFile(Path.of(place));
    }

    private static boolean exists(String place) {
        try {
            return !place.isBlank() && Files.exists(Path.of(place));
        } catch (InvalidPathException _) {
            return false;
        }
    }
}
