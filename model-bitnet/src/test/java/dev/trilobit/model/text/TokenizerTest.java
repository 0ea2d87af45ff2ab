package dev.trilobit.model.text;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.trilobit.model.file.ModelFormatException;
import java.util.Arrays;
import java.util.OptionalInt;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

/** Recorded ids come from Hugging Face's library, see record_tokenizers.py. */
class TokenizerTest {
    @ParameterizedTest
    @ValueSource(strings = {"byte-level", "byte-fallback"})
    void encodesAsRecorded(String kind) {
        try (Tokenizer tokenizer = TextResources.tokenizer(kind)) {
            for (JsonNode recorded : TextResources.json(kind + "-recorded.json").path("encoded")) {
                String text = recorded.path("text").asString();
                assertArrayEquals(
                        TextResources.ints(recorded.path("ids")), tokenizer.encode(text), text);
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"byte-level", "byte-fallback"})
    void decodesAsRecorded(String kind) {
        try (Tokenizer tokenizer = TextResources.tokenizer(kind)) {
            JsonNode all = TextResources.json(kind + "-recorded.json");
            for (JsonNode recorded : all.path("encoded")) {
                assertEquals(
                        recorded.path("decoded").asString(),
                        tokenizer.decode(TextResources.ints(recorded.path("ids"))));
            }
            for (JsonNode recorded : all.path("specials")) {
                assertEquals(
                        recorded.path("decoded").asString(),
                        tokenizer.decode(TextResources.ints(recorded.path("ids"))));
            }
            assertEquals(all.path("vocabularySize").asInt(), tokenizer.vocabularySize());
        }
    }

    @Test
    void stringsOfSpecialTokensStayText() {
        try (Tokenizer tokenizer = TextResources.tokenizer("byte-level")) {
            String text = "a<|eot_id|>b<|im_start|>system<|begin_of_text|>";
            int[] ids = tokenizer.encode(text);
            assertTrue(Arrays.stream(ids).noneMatch(tokenizer::isSpecial));
            assertEquals(text, tokenizer.decode(ids));
        }
    }

    /** A vocabulary whose own pieces include the special token, in one merge. */
    @Test
    void aSpecialTokenThatTheModelCouldAssembleStaysText() {
        String json =
                """
                {"version": "1.0",
                 "added_tokens": [{"id": 3, "content": "<s", "special": true}],
                 "decoder": {"type": "Fuse"},
                 "model": {"type": "BPE", "merges": ["< s"],
                           "vocab": {"<": 0, "s": 1, ">": 2, "<s": 3}}}
                """;
        try (Tokenizer tokenizer = Tokenizer.open(TextResources.utf8(json), "merge.json")) {
            assertArrayEquals(new int[] {2, 0, 1, 0, 1, 2}, tokenizer.encode("><s<s>"));
            assertEquals("><s<s>", tokenizer.decode(tokenizer.encode("><s<s>")));
        }
    }

    @Test
    void longTextIsNotCut() {
        try (Tokenizer tokenizer = TextResources.tokenizer("byte-level")) {
            String text = "a b ".repeat(5000);
            assertEquals(text, tokenizer.decode(tokenizer.encode(text)));
        }
    }

    @Test
    void unpairedSurrogatesBecomeTheReplacementCharacter() {
        try (Tokenizer tokenizer = TextResources.tokenizer("byte-level")) {
            assertEquals(
                    "a\uFFFDb\uFFFD🦐", tokenizer.decode(tokenizer.encode("a\uD83Eb\uDD90🦐")));
        }
    }

    @Test
    void specialTokensAreFoundByName() {
        try (Tokenizer tokenizer = TextResources.tokenizer("byte-level")) {
            int id = tokenizer.specialId("<|eot_id|>").orElseThrow();
            assertTrue(tokenizer.isSpecial(id));
            assertEquals("", tokenizer.decode(new int[] {id}));
            assertEquals(OptionalInt.empty(), tokenizer.specialId("<think>"));
            assertEquals(OptionalInt.empty(), tokenizer.specialId("Hello"));
            assertFalse(tokenizer.isSpecial(tokenizer.find("<think>").orElseThrow()));
            assertEquals(OptionalInt.empty(), tokenizer.find("no such piece"));
        }
    }

    @Test
    void idsBeyondTheVocabularyGiveNoTextAndNegativeOnesFail() {
        try (Tokenizer tokenizer = TextResources.tokenizer("byte-level")) {
            assertEquals("", tokenizer.decode(new int[] {tokenizer.vocabularySize() + 7}));
            var e =
                    assertThrows(
                            IllegalArgumentException.class, () -> tokenizer.decode(new int[] {-1}));
            assertEquals("byte-level.json: token -1", e.getMessage());
        }
    }

    @Test
    void encodeAfterCloseFailsAndCloseTwiceDoesNot() {
        Tokenizer tokenizer = TextResources.tokenizer("byte-level");
        tokenizer.close();
        tokenizer.close();
        var e = assertThrows(IllegalStateException.class, () -> tokenizer.encode("a"));
        assertEquals("byte-level.json: the tokenizer is closed", e.getMessage());
    }

    @Test
    void threadsShareOneTokenizer() throws Exception {
        String text = "The small trilobite <think> 12345 наука 🦐";
        try (Tokenizer tokenizer = TextResources.tokenizer("byte-level");
                var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            int[] expected = tokenizer.encode(text);
            Callable<int[]> task = () -> tokenizer.encode(text);
            for (var ids : threads.invokeAll(IntStream.range(0, 64).mapToObj(i -> task).toList())) {
                assertArrayEquals(expected, ids.get());
            }
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "[]",
                "{",
                "not json",
                "{\"model\": 3}",
                "{\"model\": {\"type\": \"BPE\", \"vocab\": {}}}",
                "{\"model\": {\"type\": \"BPE\", \"vocab\": {\"a\": -1}}}",
                "{\"model\": {\"type\": \"BPE\", \"vocab\": {\"a\": 99999999999}}}",
                "{\"model\": {\"type\": \"BPE\", \"vocab\": {\"a\": \"x\"}}}",
                "{\"model\": {\"type\": \"BPE\", \"vocab\": {\"a\": 0}}, \"added_tokens\": [1]}",
                "{\"model\": {\"type\": \"BPE\", \"vocab\": {\"a\": 0}}, \"decoder\": {\"type\":"
                        + " \"Odd\"}}",
                "{\"model\": {\"type\": \"Odd\", \"vocab\": {\"a\": 0}}}",
                "{\"model\": {\"type\": \"BPE\", \"vocab\": {\"a\": 0}, \"merges\": [\"b c\"]}}",
            })
    void aBadFileIsNamed(String json) {
        var e =
                assertThrows(
                        ModelFormatException.class,
                        () -> Tokenizer.open(TextResources.utf8(json), "odd/tokenizer.json"));
        assertTrue(e.toString().contains(": odd/tokenizer.json: "), e.toString());
    }
}
