package dev.trilobit.model.arch;

import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.trilobit.model.file.ModelFormatException;

/** Asserts what the errors about bad models say. */
final class Refusals {
    private Refusals() {}

    /** Opens the model, which must fail with a message that has all of {@code parts}. */
    static String refused(TinyModel model, String... parts) {
        try (var folder = model.folder()) {
            var error = assertThrows(ModelFormatException.class, () -> DecoderModels.open(folder));
            String message = String.valueOf(error.getMessage());
            for (String part : parts) {
                assertTrue(
                        message.contains(part), () -> "'" + part + "' is missing in: " + message);
            }
            return message;
        }
    }
}
