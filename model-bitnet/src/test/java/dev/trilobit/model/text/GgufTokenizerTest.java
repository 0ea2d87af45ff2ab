package dev.trilobit.model.text;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.trilobit.model.file.GgufMetadataBuilder;
import dev.trilobit.model.file.MetadataType;
import dev.trilobit.model.file.ModelFormatException;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

/** Recorded ids come from Hugging Face's library, see record_vocabularies.py. */
class GgufTokenizerTest {
    private static final String KNOWN =
            "llama-bpe, llama3, llama-v3, falcon3, falcon_e, qwen2, smollm, gpt-2, default";

    @ParameterizedTest
    @ValueSource(strings = {"gpt-2", "smollm", "falcon3", "qwen2", "default"})
    void encodesAndDecodesAsRecorded(String pre) {
        JsonNode recorded = TextResources.json("bpe-" + pre + ".json");
        try (TextCodec codec = GgufTokens.open(GgufTokens.recorded(pre))) {
            Tokenizer tokenizer = codec.tokenizer();
            assertEquals(recorded.path("tokens").size(), tokenizer.vocabularySize());
            assertTrue(recorded.path("encoded").size() > 40, "cases");
            for (JsonNode row : recorded.path("encoded")) {
                String text = row.path("text").asString();
                int[] ids = TextResources.ints(row.path("ids"));
                assertArrayEquals(ids, tokenizer.encode(text), text);
                assertEquals(row.path("decoded").asString(), tokenizer.decode(ids));
                assertEquals(row.path("decoded").asString(), streamed(tokenizer, ids));
            }
        }
    }

    /** Three names of one rule; Llama 3's is recorded under the one of Falcon 3. */
    @ParameterizedTest
    @ValueSource(strings = {"llama-bpe", "llama3", "llama-v3", "falcon_e"})
    void namesOfTheSameRuleGiveTheSameIds(String pre) {
        GgufMetadataBuilder metadata = GgufTokens.recorded("falcon3");
        try (TextCodec codec = GgufTokens.open(metadata.string("tokenizer.ggml.pre", pre))) {
            for (JsonNode row : TextResources.json("bpe-falcon3.json").path("encoded")) {
                assertArrayEquals(
                        TextResources.ints(row.path("ids")),
                        codec.tokenizer().encode(row.path("text").asString()));
            }
        }
    }

    @Test
    void withoutANameTheRuleIsTheDefaultOne() {
        GgufMetadataBuilder metadata = GgufTokens.recorded("default").remove("tokenizer.ggml.pre");
        try (TextCodec codec = GgufTokens.open(metadata)) {
            for (JsonNode row : TextResources.json("bpe-default.json").path("encoded")) {
                assertArrayEquals(
                        TextResources.ints(row.path("ids")),
                        codec.tokenizer().encode(row.path("text").asString()));
            }
        }
    }

    @Test
    void typesDecideWhatATokenIs() {
        try (TextCodec codec = GgufTokens.open(GgufTokens.recorded("smollm"))) {
            Tokenizer tokenizer = codec.tokenizer();
            int control = tokenizer.specialId("<|im_start|>").orElseThrow();
            assertTrue(tokenizer.isSpecial(control));
            assertEquals("", tokenizer.decode(new int[] {control}));
            int users = tokenizer.find("<mark>").orElseThrow();
            assertFalse(tokenizer.isSpecial(users));
            assertEquals(OptionalInt.empty(), tokenizer.specialId("<mark>"));
            assertArrayEquals(new int[] {users}, tokenizer.encode("<mark>"));
            assertEquals("<mark>", tokenizer.decode(new int[] {users}));
            int padding = tokenizer.vocabularySize() - 1;
            assertEquals("", tokenizer.decode(new int[] {padding}));
            String text = "[PAD" + padding + "]";
            assertTrue(Arrays.stream(tokenizer.encode(text)).noneMatch(id -> id == padding));
        }
    }

    @Test
    void withoutTypesNamedTokensAreStillSpecial() {
        GgufMetadataBuilder metadata =
                GgufTokens.recorded("smollm").remove("tokenizer.ggml.token_type");
        int end = TextResources.json("bpe-smollm.json").path("tokens").size() - 5;
        try (TextCodec codec =
                GgufTokens.open(metadata.uint32("tokenizer.ggml.eos_token_id", end))) {
            Tokenizer tokenizer = codec.tokenizer();
            assertEquals(end, tokenizer.specialId("<|im_end|>").orElseThrow());
            assertTrue(Arrays.stream(tokenizer.encode("a<|im_end|>b")).noneMatch(id -> id == end));
        }
    }

    @Test
    void anUnknownTokenizerIsRefusedWithThoseThatAreKnown() {
        assertFails(
                "tokenizer.ggml.model: the tokenizer \"bert\" is not supported, only gpt2"
                        + " (byte-pair encoding) and llama (SentencePiece)",
                GgufTokens.recorded("gpt-2").string("tokenizer.ggml.model", "bert"));
    }

    @Test
    void anUnknownPreTokenizerIsRefusedWithThoseThatAreKnown() {
        assertFails(
                "tokenizer.ggml.pre: the pre-tokenizer \"tekken\" is not supported, only " + KNOWN,
                GgufTokens.recorded("gpt-2").string("tokenizer.ggml.pre", "tekken"));
    }

    @Test
    void missingTokensAreNamed() {
        assertFails(
                "the vocabulary has no tokens",
                GgufTokens.recorded("gpt-2")
                        .remove("tokenizer.ggml.tokens")
                        .remove("tokenizer.ggml.token_type"));
    }

    @Test
    void everyTokenNeedsAType() {
        int tokens = TextResources.json("bpe-gpt-2.json").path("tokens").size();
        assertFails(
                "tokenizer.ggml.token_type: expected %d entries, got 2".formatted(tokens),
                GgufTokens.recorded("gpt-2")
                        .integers("tokenizer.ggml.token_type", MetadataType.INT32, 1, 1));
    }

    @Test
    void anUnknownTypeIsNamed() {
        assertFails(
                "tokenizer.ggml.token_type: token 1 has the type 7, expected 0 to 6",
                tokens("a", "b").integers("tokenizer.ggml.token_type", MetadataType.INT32, 1, 7));
    }

    @Test
    void aTokenThatComesTwiceIsNamed() {
        assertFails(
                "tokenizer.ggml.tokens: token 2 \"a\" comes twice",
                tokens("a", "b", "a")
                        .integers("tokenizer.ggml.token_type", MetadataType.INT32, 1, 1, 1));
    }

    @Test
    void paddingMayComeTwice() {
        try (TextCodec codec =
                GgufTokens.open(
                        tokens("a", "pad", "pad", "")
                                .integers(
                                        "tokenizer.ggml.token_type",
                                        MetadataType.INT32,
                                        1,
                                        5,
                                        5,
                                        1))) {
            assertArrayEquals(new int[] {0, 0}, codec.tokenizer().encode("aa"));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"ab", "a ", " a", ""})
    void aMergeOfOnePieceIsNamed(String merge) {
        assertFails(
                "tokenizer.ggml.merges: entry 0: expected two pieces, got \"%s\"".formatted(merge),
                tokens("a", "b").strings("tokenizer.ggml.merges", List.of(merge)));
    }

    @Test
    void aMergeOfAPieceThatIsNotThereIsRefused() {
        var e =
                assertThrows(
                        ModelFormatException.class,
                        () ->
                                GgufTokens.open(
                                        tokens("a", "b")
                                                .strings("tokenizer.ggml.merges", List.of("a c"))));
        assertTrue(
                e.toString().contains(": test.gguf: the tokenizer library refuses it: "),
                e.toString());
    }

    @Test
    void aKeyOfAnotherTypeIsNamed() {
        var e =
                assertThrows(
                        ModelFormatException.class,
                        () -> GgufTokens.open(tokens("a").uint32("tokenizer.ggml.merges", 3)));
        assertTrue(e.toString().contains("tokenizer.ggml.merges"), e.toString());
    }

    private static GgufMetadataBuilder tokens(String... tokens) {
        return GgufTokens.recorded("gpt-2")
                .strings("tokenizer.ggml.tokens", List.of(tokens))
                .remove("tokenizer.ggml.token_type")
                .remove("tokenizer.ggml.merges");
    }

    private static void assertFails(String message, GgufMetadataBuilder metadata) {
        var e = assertThrows(ModelFormatException.class, () -> GgufTokens.open(metadata));
        assertEquals("test.gguf: " + message, e.getMessage());
    }

    private static String streamed(Tokenizer tokenizer, int[] ids) {
        StreamingDecoder decoder = tokenizer.newDecoder();
        StringBuilder text = new StringBuilder();
        for (int id : ids) {
            text.append(decoder.accept(id));
        }
        return text.append(decoder.flush()).toString();
    }
}
