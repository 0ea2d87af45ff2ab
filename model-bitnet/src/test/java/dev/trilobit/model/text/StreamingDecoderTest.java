package dev.trilobit.model.text;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

class StreamingDecoderTest {
    @ParameterizedTest
    @ValueSource(strings = {"byte-level", "byte-fallback"})
    void piecesJoinedEqualTheRecordedText(String kind) {
        try (Tokenizer tokenizer = TextResources.tokenizer(kind)) {
            for (JsonNode recorded : TextResources.json(kind + "-recorded.json").path("encoded")) {
                StreamingDecoder decoder = tokenizer.newDecoder();
                StringBuilder text = new StringBuilder();
                for (int id : TextResources.ints(recorded.path("ids"))) {
                    String piece = decoder.accept(id);
                    assertFalse(piece.contains("\uFFFD"), piece);
                    assertFalse(endsInsidePair(piece), piece);
                    text.append(piece);
                }
                assertEquals("", decoder.flush());
                assertEquals(recorded.path("decoded").asString(), text.toString());
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"byte-level", "byte-fallback"})
    void aCharacterWaitsForItsLastByte(String kind) {
        try (Tokenizer tokenizer = TextResources.tokenizer(kind)) {
            int[] bytes = new int[4];
            for (int i = 0; i < 4; i++) {
                // U+1F990 is F0 9F A6 90.
                int value = new int[] {0xF0, 0x9F, 0xA6, 0x90}[i];
                String piece =
                        kind.equals("byte-level")
                                ? new String[] {"ð", "Ł", "¦", "Ĳ"}[i]
                                : "<0x%02X>".formatted(value);
                bytes[i] = tokenizer.find(piece).orElseThrow();
            }
            StreamingDecoder decoder = tokenizer.newDecoder();
            for (int i = 0; i < 3; i++) {
                assertEquals("", decoder.accept(bytes[i]));
            }
            assertEquals("🦐", decoder.accept(bytes[3]));
            decoder.accept(bytes[0]);
            decoder.accept(bytes[1]);
            assertEquals("\uFFFD", decoder.flush());
            assertEquals("", decoder.flush());
            assertEquals("\uFFFD", decoder.accept(bytes[3]));
        }
    }

    @Test
    void aSpecialTokenInsideACharacterGivesNothing() {
        try (Tokenizer tokenizer = TextResources.tokenizer("byte-level")) {
            StreamingDecoder decoder = tokenizer.newDecoder();
            // U+00FC is C3 BC.
            assertEquals("", decoder.accept(tokenizer.find("Ã").orElseThrow()));
            assertEquals("", decoder.accept(tokenizer.specialId("<|eot_id|>").orElseThrow()));
            assertEquals("ü", decoder.accept(tokenizer.find("¼").orElseThrow()));
        }
    }

    @Test
    void aDecoderThatSawThePromptKeepsTheSpaceOfTheNextWord() {
        try (Tokenizer tokenizer = TextResources.tokenizer("byte-fallback")) {
            int[] ids = tokenizer.encode("the sea");
            StreamingDecoder fresh = tokenizer.newDecoder();
            StringBuilder text = new StringBuilder();
            for (int id : ids) {
                text.append(fresh.accept(id));
            }
            int space = tokenizer.find("\u2581").orElseThrow();
            assertEquals("the sea", text.toString());
            assertEquals(" ", fresh.accept(space));
            assertEquals("", tokenizer.newDecoder().accept(space));
            fresh.flush();
            assertEquals("", fresh.accept(space));
        }
    }

    private static boolean endsInsidePair(String text) {
        return !text.isEmpty() && Character.isHighSurrogate(text.charAt(text.length() - 1));
    }
}
