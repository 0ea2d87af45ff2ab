package dev.trilobit.model.embedded;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.trilobit.model.file.ModelFolder;
import dev.trilobit.model.text.TextCodec;
import java.io.IOException;
import java.io.InputStream;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class EmbeddedModelsTest {
    private static final List<String> FILES =
            List.of(
                    "config.json",
                    "generation_config.json",
                    "model.safetensors",
                    "tokenizer.json",
                    "tokenizer_config.json");

    @ParameterizedTest
    @ValueSource(strings = {"bitnet", "binary"})
    void filesAreNativeReadOnlyCopiesOfTheResources(String name) throws IOException {
        try (ModelFolder folder = EmbeddedModels.open(name)) {
            assertEquals(FILES, folder.names());
            for (String file : FILES) {
                MemorySegment copy = folder.find(file).orElseThrow();
                assertTrue(copy.isNative() && copy.isReadOnly(), file);
                MemorySegment resource = MemorySegment.ofArray(resource(name, file));
                assertEquals(-1, copy.mismatch(resource), file);
            }
        }
    }

    @Test
    void weightsAreAlignedForTheWidestVectors() {
        try (ModelFolder folder = EmbeddedModels.open("bitnet")) {
            assertEquals(0, folder.find("model.safetensors").orElseThrow().address() % 64);
        }
    }

    @Test
    void theTwoModelsShareOneTokenizerAndNothingElse() {
        try (ModelFolder bitnet = EmbeddedModels.open("bitnet");
                ModelFolder binary = EmbeddedModels.open("binary")) {
            assertEquals(-1, mismatch("tokenizer.json", bitnet, binary));
            assertTrue(mismatch("model.safetensors", bitnet, binary) >= 0);
            assertTrue(text(bitnet, "config.json").contains("BitNetForCausalLM"));
            assertTrue(text(binary, "config.json").contains("\"bits\": 1"));
        }
    }

    @Test
    void labelSaysThatTheModelIsEmbedded() {
        try (ModelFolder folder = EmbeddedModels.open("binary")) {
            assertEquals("embedded:binary", folder.label());
        }
    }

    @Test
    void absentFileIsEmpty() {
        try (ModelFolder folder = EmbeddedModels.open("bitnet")) {
            assertEquals(Optional.empty(), folder.find("chat_template.jinja"));
        }
    }

    @Test
    void closeFreesTheCopy() {
        ModelFolder folder = EmbeddedModels.open("bitnet");
        MemorySegment config = folder.find("config.json").orElseThrow();
        folder.close();
        assertFalse(config.scope().isAlive());
        assertThrows(IllegalStateException.class, () -> config.get(ValueLayout.JAVA_BYTE, 0));
        assertThrows(IllegalStateException.class, () -> folder.find("config.json"));
    }

    @Test
    void closeIsIdempotent() {
        ModelFolder folder = EmbeddedModels.open("bitnet");
        folder.close();
        folder.close();
        assertThrows(IllegalStateException.class, () -> folder.find("config.json"));
    }

    @Test
    void everyNameOpens() {
        assertEquals(List.of("bitnet", "binary"), EmbeddedModels.names());
        for (String name : EmbeddedModels.names()) {
            EmbeddedModels.open(name).close();
        }
    }

    @Test
    void unknownNameListsTheNames() {
        var e = assertThrows(IllegalArgumentException.class, () -> EmbeddedModels.open("llama"));
        assertEquals("no embedded model 'llama'; there are: bitnet, binary", e.getMessage());
    }

    @Test
    void heldOutStoriesAreTwentyDocumentsOfAtLeast128TokensInAscii() {
        String text = EmbeddedModels.heldOutStories();
        String[] documents = text.split("\n<\\|endoftext\\|>\n", -1);
        assertEquals(20, documents.length);
        assertTrue(text.length() <= 24 * 1024, text.length() + " characters");
        assertTrue(text.chars().allMatch(c -> c < 128 && c != '\r'));
        assertTrue(documents[0].startsWith("One day a mommy and her little girl went"));
        try (ModelFolder folder = EmbeddedModels.open("bitnet");
                TextCodec codec = TextCodec.open(folder)) {
            for (String document : documents) {
                int tokens = codec.encodePrompt(document.strip()).length;
                assertTrue(tokens >= 128, "%d tokens: %s".formatted(tokens, document));
            }
        }
    }

    private static byte[] resource(String model, String file) throws IOException {
        String path = file.equals("tokenizer.json") ? file : model + "/" + file;
        try (InputStream in = EmbeddedModels.class.getResourceAsStream(path)) {
            return in.readAllBytes();
        }
    }

    private static long mismatch(String file, ModelFolder left, ModelFolder right) {
        return left.find(file).orElseThrow().mismatch(right.find(file).orElseThrow());
    }

    private static String text(ModelFolder folder, String file) {
        byte[] bytes = folder.find(file).orElseThrow().toArray(ValueLayout.JAVA_BYTE);
        return new String(bytes, StandardCharsets.UTF_8);
    }
}
