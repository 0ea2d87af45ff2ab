package dev.trilobit.model.text;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.trilobit.model.file.GgufMetadataBuilder;
import dev.trilobit.model.file.MetadataType;
import dev.trilobit.model.file.ModelFormatException;
import java.util.List;
import java.util.OptionalInt;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class GgufFactsTest {
    private static final String KEY = "tokenizer.ggml.";
    private static final int SIZE = TextResources.json("bpe-smollm.json").path("tokens").size();
    private static final int ENDOFTEXT = SIZE - 7;
    private static final int IM_START = SIZE - 6;
    private static final int IM_END = SIZE - 5;
    private static final int MARK = SIZE - 4;

    @Test
    void aFileThatNamesNothingHasTheEndsItsVocabularyNames() {
        try (TextCodec codec = GgufTokens.open(GgufTokens.recorded("smollm"))) {
            assertEquals(OptionalInt.empty(), codec.bos());
            assertEquals(Set.of(ENDOFTEXT, IM_END), codec.endTokens());
            assertTrue(codec.chatTemplate().isEmpty());
            assertArrayEquals(codec.tokenizer().encode("Hello"), codec.encodePrompt("Hello"));
        }
    }

    @Test
    void theFileSaysWhetherAPromptBeginsWithTheStartToken() {
        GgufMetadataBuilder metadata =
                GgufTokens.recorded("smollm").uint32(KEY + "bos_token_id", IM_START);
        try (TextCodec codec = GgufTokens.open(metadata)) {
            assertEquals(OptionalInt.of(IM_START), codec.bos());
            assertArrayEquals(codec.tokenizer().encode("a"), codec.encodePrompt("a"));
        }
        try (TextCodec codec = GgufTokens.open(metadata.flag(KEY + "add_bos_token", true))) {
            assertEquals(IM_START, codec.encodePrompt("a")[0]);
        }
    }

    /** As in llama.cpp: the rules of the Llama 3 kind put it in front, unless the file says no. */
    @Test
    void llama3WantsItsStartTokenUnlessTheFileSaysOtherwise() {
        GgufMetadataBuilder metadata =
                GgufTokens.recorded("falcon3").uint32(KEY + "bos_token_id", 3);
        try (TextCodec codec = GgufTokens.open(metadata)) {
            assertEquals(3, codec.encodePrompt("a")[0]);
        }
        try (TextCodec codec = GgufTokens.open(metadata.flag(KEY + "add_bos_token", false))) {
            assertArrayEquals(codec.tokenizer().encode("a"), codec.encodePrompt("a"));
        }
    }

    @Test
    void aPromptNeverEndsWithTheEndToken() {
        GgufMetadataBuilder metadata =
                GgufTokens.recorded("smollm")
                        .uint32(KEY + "eos_token_id", IM_END)
                        .flag(KEY + "add_eos_token", true);
        try (TextCodec codec = GgufTokens.open(metadata)) {
            assertArrayEquals(codec.tokenizer().encode("a"), codec.encodePrompt("a"));
        }
    }

    @Test
    void endTokensAreJoinedFromAllKeys() {
        GgufMetadataBuilder metadata =
                GgufTokens.recorded("smollm")
                        .uint32(KEY + "eos_token_id", 5)
                        .integer(KEY + "eot_token_id", MetadataType.INT32, 6)
                        .integer(KEY + "eom_token_id", MetadataType.UINT64, 7);
        try (TextCodec codec = GgufTokens.open(metadata)) {
            assertEquals(Set.of(5, 6, 7, ENDOFTEXT, IM_END), codec.endTokens());
        }
    }

    @Test
    void namedTokensAreSpecialWhateverTheirType() {
        GgufMetadataBuilder metadata =
                GgufTokens.recorded("smollm").uint32(KEY + "padding_token_id", MARK);
        try (TextCodec codec = GgufTokens.open(metadata)) {
            assertTrue(codec.tokenizer().isSpecial(MARK));
            assertEquals("<mark>", codec.tokenizer().decode(codec.tokenizer().encode("<mark>")));
        }
    }

    /** Writers say "none" in two ways, and many give a padding token beyond the vocabulary. */
    @Test
    void tokensThatAreNotThereAreNotNamed() {
        GgufMetadataBuilder metadata =
                GgufTokens.recorded("smollm")
                        .integer(KEY + "bos_token_id", MetadataType.INT32, -1)
                        .uint32(KEY + "eot_token_id", 0xFFFF_FFFFL)
                        .uint32(KEY + "padding_token_id", SIZE)
                        .uint32(KEY + "unknown_token_id", 0xFFFF_FFFFL);
        try (TextCodec codec = GgufTokens.open(metadata)) {
            assertEquals(OptionalInt.empty(), codec.bos());
            assertEquals(Set.of(ENDOFTEXT, IM_END), codec.endTokens());
            assertFalse(codec.tokenizer().isSpecial(SIZE));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"bos", "eos", "eot", "eom"})
    void tokensBeyondTheVocabularyAreRefused(String name) {
        String key = KEY + name + "_token_id";
        assertFails(
                "%s: expected a token from 0 to %d, got %d".formatted(key, SIZE - 1, SIZE),
                GgufTokens.recorded("smollm").uint32(key, SIZE));
    }

    @Test
    void aStartTokenThatIsDemandedMustBeNamed() {
        assertFails(
                "tokenizer.ggml.add_bos_token is true and tokenizer.ggml.bos_token_id is missing",
                GgufTokens.recorded("smollm").flag(KEY + "add_bos_token", true));
    }

    @Test
    void theTemplateSeesTheNamedTokens() {
        GgufMetadataBuilder metadata =
                GgufTokens.recorded("smollm")
                        .uint32(KEY + "bos_token_id", IM_START)
                        .uint32(KEY + "eos_token_id", IM_END)
                        .string(
                                "tokenizer.chat_template",
                                "{{ bos_token }}{{ messages[0].content }}{{ eos_token }}"
                                        + "{{ pad_token is defined }}");
        assertEquals("<|im_start|>x<|im_end|>False", render(metadata));
    }

    @Test
    void theDefaultOfSeveralTemplatesIsTaken() {
        GgufMetadataBuilder metadata =
                GgufTokens.recorded("smollm")
                        .strings("tokenizer.chat_templates", List.of("tool_use"))
                        .string("tokenizer.chat_template.tool_use", "tools")
                        .string("tokenizer.chat_template", "default");
        assertEquals("default", render(metadata));
        assertEquals(
                "named",
                render(
                        metadata.remove("tokenizer.chat_template")
                                .string("tokenizer.chat_template.default", "named")));
        try (TextCodec codec =
                GgufTokens.open(metadata.remove("tokenizer.chat_template.default"))) {
            assertTrue(codec.chatTemplate().isEmpty());
        }
    }

    @Test
    void aTurnEndInTheTemplateEndsAnswers() {
        GgufMetadataBuilder metadata =
                GgufTokens.recorded("smollm")
                        .remove("tokenizer.ggml.token_type")
                        .string("tokenizer.chat_template", "{{ '<|im_end|>' }}");
        try (TextCodec codec = GgufTokens.open(metadata)) {
            assertEquals(Set.of(IM_END), codec.endTokens());
        }
    }

    @Test
    void aTemplateThatNeedsMoreSaysSo() {
        GgufMetadataBuilder metadata =
                GgufTokens.recorded("smollm")
                        .string("tokenizer.chat_template", "{% import 'x' as y %}");
        var e = assertThrows(TemplateException.class, () -> GgufTokens.open(metadata));
        assertEquals(
                "chat template, line 1: the tag 'import' is not supported here", e.getMessage());
    }

    private static String render(GgufMetadataBuilder metadata) {
        try (TextCodec codec = GgufTokens.open(metadata)) {
            return codec.chatTemplate()
                    .orElseThrow()
                    .render(List.of(ChatMessage.user("x")), GenerationPrompt.ADD);
        }
    }

    private static void assertFails(String message, GgufMetadataBuilder metadata) {
        var e = assertThrows(ModelFormatException.class, () -> GgufTokens.open(metadata));
        assertEquals("test.gguf: " + message, e.getMessage());
    }
}
