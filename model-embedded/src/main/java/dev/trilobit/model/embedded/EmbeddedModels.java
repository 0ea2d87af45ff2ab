package dev.trilobit.model.embedded;

import dev.trilobit.model.file.ModelFolder;
import java.util.List;

/**
 * The small models inside this jar: {@code bitnet} (ternary BitNet b1.58, int8 activations) and
 * {@code binary} (1-bit weights in groups of 128). Both are base models that continue children's
 * stories.
 */
public final class EmbeddedModels {
    private static final List<String> NAMES = List.of("bitnet", "binary");

    private EmbeddedModels() {}

    /** Returns the names {@link #open} knows, the default first. */
    public static List<String> names() {
        return NAMES;
    }

    /**
     * Copies a model off the heap; the caller closes it, which frees the copy.
     *
     * @param name one of {@link #names}
     * @return a folder with the label {@code embedded:name}
     * @throws IllegalArgumentException if there is no such model; the message lists the names
     */
    public static ModelFolder open(String name) {
        if (!NAMES.contains(name)) {
            throw new IllegalArgumentException(
                    "no embedded model '%s'; there are: %s"
                            .formatted(name, String.join(", ", NAMES)));
        }
        return EmbeddedFolder.open(name);
    }
}
