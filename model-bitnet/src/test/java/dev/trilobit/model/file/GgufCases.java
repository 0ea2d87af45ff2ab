package dev.trilobit.model.file;

import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

/** Reads what {@link GgufBytes} made, as the only file of a folder. */
final class GgufCases {
    private static final String NAME = "model.gguf";
    static final String FILE = "memory:test/" + NAME;

    private GgufCases() {}

    /** Reads a file; its metadata and tensors stay valid until the folder is collected. */
    static GgufFile read(GgufBytes file) {
        return read(file.bytes());
    }

    @SuppressWarnings("resource") // the segments are read after this method
    static GgufFile read(byte[] file) {
        return GgufFile.find(new MemoryFolder().with(NAME, file)).orElseThrow();
    }

    /** Checks that a file is refused by name, with all these words. */
    static void refused(GgufBytes file, String... parts) {
        refused(file.bytes(), parts);
    }

    static void refused(byte[] file, String... parts) {
        try (var folder = new MemoryFolder().with(NAME, file)) {
            assertMessage(
                    assertThrows(ModelFormatException.class, () -> GgufFile.find(folder)), parts);
        }
    }

    /** Checks that an error names the file and has all these words. */
    static void assertMessage(ModelFormatException error, String... parts) {
        String message = String.valueOf(error.getMessage());
        assertTrue(message.startsWith("memory:test/"), message);
        for (String part : parts) {
            assertTrue(message.contains(part), () -> "'" + part + "' is missing in: " + message);
        }
    }
}
