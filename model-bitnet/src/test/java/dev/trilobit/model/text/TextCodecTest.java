package dev.trilobit.model.text;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.trilobit.model.file.MemoryFolder;
import dev.trilobit.model.file.ModelFormatException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Set;
import org.junit.jupiter.api.Test;

class TextCodecTest {
    private static final String TOKENIZER_JSON =
            new String(TextResources.bytes("byte-level.json"), StandardCharsets.UTF_8);

    /** Every added token is called ordinary; piece 6 is the character &. */
    private static final String ORDINARY = ordinary();

    private static final int BOS = 531;
    private static final int EOS = 532;
    private static final int EOT = 537;
    private static final int IM_END = 539;

    @Test
    void aFolderWithATokenizerOnlyHasNoFacts() {
        try (TextCodec codec = open(Map.of())) {
            assertEquals(OptionalInt.empty(), codec.bos());
            assertEquals(Set.of(), codec.endTokens());
            assertTrue(codec.chatTemplate().isEmpty());
            assertArrayEquals(codec.tokenizer().encode("Hello"), codec.encodePrompt("Hello"));
        }
    }

    @Test
    void aNamedBosTokenStartsPrompts() {
        String config = "{'bos_token': '<|begin_of_text|>', 'eos_token': '<|end_of_text|>'}";
        try (TextCodec codec = open(Map.of("tokenizer_config.json", config))) {
            assertEquals(OptionalInt.of(BOS), codec.bos());
            assertEquals(Set.of(EOS), codec.endTokens());
            int[] ids = codec.encodePrompt("Hello<|eot_id|>");
            assertEquals(BOS, ids[0]);
            assertEquals("Hello<|eot_id|>", codec.tokenizer().decode(ids));
        }
    }

    @Test
    void aTokenMayBeAnObject() {
        String config =
                "{'bos_token': {'content': '<|begin_of_text|>', 'lstrip': false}, 'eos_token':"
                        + " {'content': '<|eot_id|>'}}";
        try (TextCodec codec = open(Map.of("tokenizer_config.json", config))) {
            assertEquals(OptionalInt.of(BOS), codec.bos());
            assertEquals(Set.of(EOT), codec.endTokens());
        }
    }

    @Test
    void addBosTokenFalseKeepsItOutOfPrompts() {
        String config = "{'bos_token': '<|begin_of_text|>', 'add_bos_token': false}";
        try (TextCodec codec = open(Map.of("tokenizer_config.json", config))) {
            assertEquals(OptionalInt.of(BOS), codec.bos());
            assertArrayEquals(codec.tokenizer().encode("a"), codec.encodePrompt("a"));
        }
    }

    /** Qwen: bos_token is null, and config.json names an id nevertheless. */
    @Test
    void anExplicitNullBosTokenMeansNone() {
        try (TextCodec codec =
                open(
                        Map.of(
                                "tokenizer_config.json", "{'bos_token': null}",
                                "config.json", "{'bos_token_id': 531}"))) {
            assertEquals(OptionalInt.empty(), codec.bos());
            assertArrayEquals(codec.tokenizer().encode("a"), codec.encodePrompt("a"));
        }
    }

    @Test
    void configNamesTheBosTokenWhenNothingElseDoes() {
        try (TextCodec codec =
                open(
                        Map.of(
                                "tokenizer_config.json", "{'add_bos_token': true}",
                                "config.json", "{'bos_token_id': 531}"))) {
            assertEquals(OptionalInt.of(BOS), codec.bos());
            assertEquals(BOS, codec.encodePrompt("a")[0]);
        }
    }

    @Test
    void endTokensAreJoinedFromAllFiles() {
        String config = "{'eos_token': '<|end_of_text|>', 'chat_template': '{{ \"<|im_end|>\" }}'}";
        try (TextCodec codec =
                open(
                        Map.of(
                                "tokenizer_config.json", config,
                                "generation_config.json", "{'eos_token_id': [537, 7]}",
                                "config.json", "{'eos_token_id': 5}"))) {
            assertEquals(Set.of(5, 7, EOS, EOT, IM_END), codec.endTokens());
        }
    }

    @Test
    void theTemplateSeesTheNamedTokens() {
        String config =
                "{'bos_token': '<|begin_of_text|>', 'eos_token': {'content': '<|eot_id|>'},"
                        + " 'chat_template': '{{ bos_token }}{{ messages[0].content }}{{ eos_token"
                        + " }}{{ pad_token is defined }}'}";
        try (TextCodec codec = open(Map.of("tokenizer_config.json", config))) {
            ChatTemplate template = codec.chatTemplate().orElseThrow();
            assertEquals(
                    "<|begin_of_text|>x<|eot_id|>False",
                    template.render(List.of(ChatMessage.user("x")), GenerationPrompt.ADD));
        }
    }

    @Test
    void theDefaultOfSeveralTemplatesIsTaken() {
        String config =
                "{'chat_template': [{'name': 'tool_use', 'template': 't'}, {'name': 'default',"
                        + " 'template': 'd'}]}";
        try (TextCodec codec = open(Map.of("tokenizer_config.json", config))) {
            assertEquals(
                    "d",
                    codec.chatTemplate().orElseThrow().render(List.of(), GenerationPrompt.OMIT));
        }
    }

    @Test
    void theTemplateFileWins() {
        try (TextCodec codec =
                open(
                        Map.of(
                                "tokenizer_config.json", "{'chat_template': 'config'}",
                                "chat_template.jinja", "file"))) {
            assertEquals(
                    "file",
                    codec.chatTemplate().orElseThrow().render(List.of(), GenerationPrompt.OMIT));
        }
    }

    @Test
    void closeIsIdempotentAndClosesTheTokenizer() {
        TextCodec codec = open(Map.of());
        codec.close();
        codec.close();
        assertThrows(IllegalStateException.class, () -> codec.encodePrompt("a"));
    }

    @Test
    void aMissingTokenizerIsNamed() {
        assertFails(
                "memory:test: expected tokenizer.json, tokenizer.model or a GGUF file with"
                        + " tokenizer.ggml.model, got [config.json]",
                MemoryFolder.of(Map.of("config.json", "{}")));
    }

    @Test
    void aFileThatIsNotJsonIsNamed() {
        var e =
                assertThrows(
                        ModelFormatException.class,
                        () -> open(Map.of("generation_config.json", "{")));
        assertTrue(
                e.toString()
                        .contains(
                                "memory:test/generation_config.json: the file must be a JSON"
                                        + " object without duplicate keys"),
                e.toString());
    }

    @Test
    void aKeyThatComesTwiceIsRefused() {
        var e =
                assertThrows(
                        ModelFormatException.class,
                        () ->
                                open(
                                        Map.of(
                                                "config.json",
                                                "{'bos_token_id': 1, 'bos_token_id': 2}")));
        assertTrue(e.toString().contains("memory:test/config.json: "), e.toString());
    }

    @Test
    void aPostProcessorThatAddsNothingKeepsTheBosTokenOut() {
        try (TextCodec codec = withPostProcessor("{\"type\": \"ByteLevel\"}")) {
            assertEquals(OptionalInt.of(BOS), codec.bos());
            assertArrayEquals(codec.tokenizer().encode("a"), codec.encodePrompt("a"));
        }
    }

    @Test
    void aPostProcessorInASequenceAddsTheBosToken() {
        String template =
                """
                {"type": "Sequence", "processors": [{"type": "ByteLevel"},
                 {"type": "TemplateProcessing",
                  "single": [{"SpecialToken": {"id": "b", "type_id": 0}},
                             {"Sequence": {"id": "A", "type_id": 0}}],
                  "special_tokens": {"b": {"id": "b", "ids": [531], "tokens": ["b"]}}}]}
                """;
        try (TextCodec codec = withPostProcessor(template)) {
            assertEquals(BOS, codec.encodePrompt("a")[0]);
        }
    }

    @Test
    void aTokenBehindTheTextDoesNotStartIt() {
        String template =
                """
                {"type": "TemplateProcessing",
                 "single": [{"Sequence": {"id": "A", "type_id": 0}},
                            {"SpecialToken": {"id": "b", "type_id": 0}}],
                 "special_tokens": {"b": {"id": "b", "ids": [531], "tokens": ["b"]}}}
                """;
        try (TextCodec codec = withPostProcessor(template)) {
            assertArrayEquals(codec.tokenizer().encode("a"), codec.encodePrompt("a"));
        }
    }

    @Test
    void withoutAPostProcessorANamedBosTokenStartsPrompts() {
        try (TextCodec codec = withPostProcessor("null")) {
            assertEquals(BOS, codec.encodePrompt("a")[0]);
        }
    }

    private static TextCodec withPostProcessor(String json) {
        int start = TOKENIZER_JSON.indexOf("\"post_processor\":");
        int end = TOKENIZER_JSON.indexOf("\"decoder\":", start);
        String tokenizer =
                TOKENIZER_JSON.substring(0, start)
                        + "\"post_processor\": "
                        + json
                        + ", "
                        + TOKENIZER_JSON.substring(end);
        return TextCodec.open(
                MemoryFolder.of(
                        Map.of(
                                "tokenizer.json",
                                tokenizer,
                                "tokenizer_config.json",
                                "{\"bos_token\": \"<|begin_of_text|>\"}")));
    }

    @Test
    void namedTokensAreSpecialWhateverTheTokenizerSays() {
        String text = "a<end>b<pad>c<bos>d<plain>&";
        try (TextCodec codec =
                TextCodec.open(
                        MemoryFolder.of(
                                Map.of(
                                        "tokenizer.json", ORDINARY,
                                        "tokenizer_config.json", "{\"pad_token\": \"<pad>\"}",
                                        "config.json",
                                                "{\"bos_token_id\": 102, \"pad_token_id\": -1}",
                                        "generation_config.json",
                                                "{\"eos_token_id\": [100, 6]}")))) {
            Tokenizer tokenizer = codec.tokenizer();
            int[] ids = tokenizer.encode(text);
            assertEquals(text, tokenizer.decode(ids));
            assertTrue(Arrays.stream(ids).noneMatch(id -> id == 100 || id == 101 || id == 102));
            assertTrue(tokenizer.isSpecial(100) && tokenizer.isSpecial(101));
            assertEquals("", tokenizer.decode(new int[] {100, 101, 102}));
            // One character is never taken from users, even if it ends a text.
            assertFalse(tokenizer.isSpecial(6));
            assertTrue(
                    Arrays.stream(ids).anyMatch(id -> id == 103), "<plain> is an ordinary token");
        }
    }

    @Test
    void aPieceThatEndsATextIsNotMadeOfUserText() {
        String json =
                """
                {"version": "1.0", "decoder": {"type": "Fuse"},
                 "model": {"type": "BPE", "merges": ["< s"],
                           "vocab": {"<": 0, "s": 1, ">": 2, "<s": 3}}}
                """;
        try (TextCodec codec =
                TextCodec.open(
                        MemoryFolder.of(
                                Map.of(
                                        "tokenizer.json",
                                        json,
                                        "chat_template.jinja",
                                        "{{ messages[0].content }}<s",
                                        "config.json",
                                        "{\"eos_token_id\": 3}")))) {
            assertArrayEquals(new int[] {2, 0, 1, 2}, codec.tokenizer().encode("><s>"));
            assertArrayEquals(
                    new int[] {0, 1, 3},
                    codec.chatTemplate()
                            .orElseThrow()
                            .encode(codec.tokenizer(), List.of(ChatMessage.user("<s"))));
        }
    }

    @Test
    void allWrongFactsAreReportedAtOnce() {
        assertFails(
                "memory:test: tokenizer_config.json: bos_token \"<bos>\" is not in the tokenizer;"
                        + " tokenizer_config.json: chat_template is neither a string nor a list;"
                        + " generation_config.json: eos_token_id: expected token ids, got \"two\";"
                        + " config.json: eos_token_id: expected token ids, got -1",
                folder(
                        Map.of(
                                "tokenizer_config.json",
                                "{'bos_token': '<bos>', 'chat_template': 5}",
                                "generation_config.json",
                                "{'eos_token_id': 'two'}",
                                "config.json",
                                "{'eos_token_id': -1}")));
    }

    @Test
    void aWantedBosTokenThatNobodyNamesIsAnError() {
        assertFails(
                "memory:test: tokenizer_config.json: add_bos_token is true and no file names the"
                        + " token",
                folder(Map.of("tokenizer_config.json", "{'add_bos_token': true}")));
    }

    @Test
    void aTemplateThatNeedsMoreSaysSo() {
        var e =
                assertThrows(
                        TemplateException.class,
                        () -> open(Map.of("chat_template.jinja", "\n{% import 'x' as y %}")));
        assertEquals(
                "chat template, line 2: the tag 'import' is not supported here", e.getMessage());
    }

    private static String ordinary() {
        var vocabulary = new StringBuilder();
        String characters = "<>abcd&enplosi";
        for (int i = 0; i < characters.length(); i++) {
            vocabulary.append(i == 0 ? "" : ",");
            vocabulary.append("\"%c\": %d".formatted(characters.charAt(i), i));
        }
        return """
               {"version": "1.0", "decoder": {"type": "Fuse"},
                "added_tokens": [{"id": 100, "content": "<end>", "special": false},
                                 {"id": 101, "content": "<pad>", "special": false},
                                 {"id": 102, "content": "<bos>", "special": false},
                                 {"id": 103, "content": "<plain>", "special": false}],
                "model": {"type": "BPE", "merges": [], "vocab": {%s}}}
               """
                .formatted(vocabulary);
    }

    private static void assertFails(String message, MemoryFolder folder) {
        var e = assertThrows(ModelFormatException.class, () -> TextCodec.open(folder));
        assertEquals(message, e.getMessage());
    }

    private static TextCodec open(Map<String, String> files) {
        return TextCodec.open(folder(files));
    }

    /** Single quotes stand for double ones in the JSON files. */
    private static MemoryFolder folder(Map<String, String> files) {
        Map<String, String> all = new HashMap<>();
        files.forEach(
                (name, text) ->
                        all.put(
                                name,
                                name.endsWith(".json")
                                        ? text.replace("\"", "\\\"").replace('\'', '"')
                                        : text));
        all.put("tokenizer.json", TOKENIZER_JSON);
        return MemoryFolder.of(all);
    }
}
