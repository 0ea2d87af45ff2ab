package dev.trilobit.model.embedded;

import dev.trilobit.model.file.ModelFolder;
import dev.trilobit.model.file.ModelFormatException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * The small models inside this jar: {@code bitnet} (ternary BitNet b1.58, int8 activations) and
 * {@code binary} (1-bit weights in groups of 128). Both are base models that continue children's
 * stories.
 */
public final class EmbeddedModels {
    private static final List<String> NAMES = List.of("bitnet", "binary");

    private static final String HELD_OUT = "held-out-stories.txt";

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

    /**
     * Returns text that neither model was trained on, to score them with: the first 20 documents of
     * the validation split of TinyStories (Eldan and Li, 2023, arXiv:2305.07759; licence
     * CDLA-Sharing-1.0) that have at least 128 tokens with the start token, in the order of the
     * split. Documents are separated by a line {@code <|endoftext|>}.
     *
     * @return about 20,000 ASCII characters
     * @throws ModelFormatException if the jar lacks the resource or it cannot be read
     */
    public static String heldOutStories() {
        try (InputStream in = EmbeddedModels.class.getResourceAsStream(HELD_OUT)) {
            if (in == null) {
                throw new ModelFormatException(HELD_OUT, "the resource is missing from the jar");
            }
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new ModelFormatException(
                    HELD_OUT, "the resource cannot be read: " + e.getMessage(), e);
        }
    }
}
