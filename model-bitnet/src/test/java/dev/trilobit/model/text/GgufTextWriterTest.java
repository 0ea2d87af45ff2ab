package dev.trilobit.model.text;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.trilobit.model.file.GgufMetadata;
import dev.trilobit.model.file.ModelFolder;
import dev.trilobit.model.file.ModelFolders;
import dev.trilobit.model.file.ModelFormatException;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Tokenizers go from folders into GGUF and back and keep every id. */
class GgufTextWriterTest {
    private static final List<String> TEXTS =
            List.of(
                    "Once upon a time, there were 12345 dogs!",
                    "  two spaces\n\n\tand a tab  ",
                    "I'll say don't; DON'T",
                    "Héllo wörld 你好 🙂 e\u0301",
                    "",
                    "<s> </s> <|im_start|> <|endoftext|>");

    @TempDir private Path folder;

    private static GgufMetadata written(ModelFolder source, int vocabulary) {
        var keys = GgufMetadata.builder("written.gguf");
        GgufTextWriter.write(source, vocabulary, keys);
        return keys.build();
    }

    private void file(String name, byte[] bytes) throws IOException {
        Files.write(folder.resolve(name), bytes);
    }

    private static void assertSame(TextSource expected, TextSource got) {
        try (Tokenizer left = expected.openTokenizer();
                Tokenizer right = got.openTokenizer()) {
            for (String text : TEXTS) {
                assertArrayEquals(left.encode(text), right.encode(text), text);
                assertEquals(left.decode(left.encode(text)), right.decode(right.encode(text)));
            }
            TextFacts before = expected.facts(left);
            TextFacts after = got.facts(right);
            assertEquals(before.bos(), after.bos());
            assertEquals(before.startsWithBos(), after.startsWithBos());
            assertTrue(after.endTokens().containsAll(before.endTokens()));
            assertEquals(before.chatTemplate().isPresent(), after.chatTemplate().isPresent());
        }
    }

    /** A tokenizer.json made of a recorded vocabulary, with tokens of its own in every role. */
    private void bytePairs(String pre) throws IOException {
        GgufMetadata recorded = GgufTokens.recorded(pre).build();
        HuggingFaceTextWriter.write(recorded, folder);
    }

    @ParameterizedTest
    @ValueSource(strings = {"qwen2", "smollm", "gpt-2", "falcon3"})
    void bytePairTokenizersKeepTheirIds(String pre) throws IOException {
        bytePairs(pre);
        try (ModelFolder source = ModelFolders.open(folder)) {
            GgufMetadata recorded = GgufTokens.recorded(pre).build();
            GgufMetadata there = written(source, recorded.strings("tokenizer.ggml.tokens").size());
            assertEquals(
                    recorded.strings("tokenizer.ggml.tokens"),
                    there.strings("tokenizer.ggml.tokens"));
            assertEquals(
                    recorded.strings("tokenizer.ggml.merges"),
                    there.strings("tokenizer.ggml.merges"));
            assertArrayEquals(
                    recorded.integers("tokenizer.ggml.token_type"),
                    there.integers("tokenizer.ggml.token_type"));
            assertSame(new GgufText(recorded), new GgufText(there));
            assertSame(TextSource.of(source), new GgufText(there));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"spm-llama", "spm-plain", "spm-unused"})
    void sentencePieceTokenizersKeepTheirIds(String name) throws IOException {
        byte[] model = TextResources.bytes(name + ".model");
        file("tokenizer.model", model);
        Path back = Files.createDirectory(folder.resolve("back"));
        int size = SentencePieceFile.read(MemorySegment.ofArray(model), name).table().size();
        GgufMetadata there;
        try (ModelFolder source = ModelFolders.open(folder)) {
            there = written(source, size);
            assertSame(TextSource.of(source), new GgufText(there));
        }
        HuggingFaceTextWriter.write(there, back);
        try (ModelFolder source = ModelFolders.open(back)) {
            assertSame(new GgufText(there), TextSource.of(source));
        }
    }

    @ParameterizedTest
    @CsvSource({"llama3, 128256, llama-bpe", "qwen3, 151936, qwen2"})
    void realTokenizersKeepTheirIds(String model, int vocabulary, String pre)
            throws IOException, InterruptedException {
        Path shared = TextResources.sharedTokenizer(model);
        file("tokenizer.json", TextResources.unxz(shared.resolve("tokenizer.json.xz")));
        Files.copy(
                shared.resolve("tokenizer_config.json"), folder.resolve("tokenizer_config.json"));
        try (ModelFolder source = ModelFolders.open(folder)) {
            GgufMetadata there = written(source, vocabulary);
            assertEquals(pre, there.string("tokenizer.ggml.pre").orElse(""));
            assertEquals(vocabulary, there.strings("tokenizer.ggml.tokens").size());
            assertSame(TextSource.of(source), new GgufText(there));
            try (Tokenizer tokenizer = new GgufText(there).openTokenizer()) {
                for (var golden : TextResources.goldens(shared)) {
                    assertArrayEquals(
                            golden.ids().stream().mapToInt(Integer::intValue).toArray(),
                            tokenizer.encode(golden.text()),
                            golden.text());
                }
            }
        }
    }

    @Test
    void idsWithoutATokenBecomePadding() throws IOException {
        bytePairs("gpt-2");
        try (ModelFolder source = ModelFolders.open(folder)) {
            int size = GgufTokens.recorded("gpt-2").build().strings("tokenizer.ggml.tokens").size();
            GgufMetadata there = written(source, size + 2);
            List<String> tokens = there.strings("tokenizer.ggml.tokens");
            assertEquals("[PAD%d]".formatted(size + 1), tokens.getLast());
            assertEquals(5, there.integers("tokenizer.ggml.token_type")[size]);
            var refused = assertThrows(ModelFormatException.class, () -> written(source, 10));
            assertTrue(String.valueOf(refused.getMessage()).contains("the model has"));
        }
    }

    private void assertRefused(String json, String part) throws IOException {
        file("tokenizer.json", json.getBytes(StandardCharsets.UTF_8));
        try (ModelFolder source = ModelFolders.open(folder)) {
            var refused = assertThrows(ModelFormatException.class, () -> written(source, 2));
            assertTrue(String.valueOf(refused.getMessage()).contains(part), refused.getMessage());
        }
    }

    private static String tokenizer(String parts) {
        return "{%s \"model\":{\"type\":\"BPE\",\"vocab\":{\"a\":0},\"merges\":[]}}"
                .formatted(parts);
    }

    @Test
    void whatGgufHasNoNameForIsRefused() throws IOException {
        assertRefused(tokenizer(""), "no name for this one: it cuts with none");
        String pre = "\"pre_tokenizer\":{\"type\":\"%s\"},";
        assertRefused(tokenizer(pre.formatted("Whitespace")), "it cuts with Whitespace");
        assertRefused(
                tokenizer("\"normalizer\":{\"type\":\"Lowercase\"}," + pre.formatted("ByteLevel")),
                "it normalizes with Lowercase");
        assertRefused(
                tokenizer("\"normalizer\":{\"type\":\"NFC\"}," + pre.formatted("ByteLevel")),
                "normalizes to NFC: true");
        assertRefused(
                "{\"model\":{\"type\":\"BPE\",\"byte_fallback\":true,\"vocab\":{\"a\":0}}}",
                "tokenizer.model");
        assertRefused("{", "not JSON");
        for (String flag : List.of("lstrip", "rstrip", "single_word")) {
            String added =
                    "\"added_tokens\":[{\"id\":1,\"content\":\"<x>\",\"" + flag + "\":true}],";
            assertRefused(
                    tokenizer(added + pre.formatted("ByteLevel")),
                    "the added token \"<x>\" has " + flag);
        }
    }

    /** More tokens than the embedding table has rows would be ids that nothing can embed. */
    @Test
    void sentencePieceTableLargerThanTheModelIsRefused() throws IOException {
        file("tokenizer.model", TextResources.bytes("spm-llama.model"));
        try (ModelFolder source = ModelFolders.open(folder)) {
            var refused = assertThrows(ModelFormatException.class, () -> written(source, 10));
            String message = String.valueOf(refused.getMessage());
            assertTrue(message.contains("has the id 10, and the model has 10 ids"), message);
        }
    }

    /** Files of several templates name the usual one so. */
    @Test
    void defaultTemplateGoesAlong() throws IOException {
        GgufMetadata recorded =
                GgufTokens.recorded("qwen2")
                        .string("tokenizer.chat_template.default", "{{ messages[0].content }}")
                        .build();
        HuggingFaceTextWriter.write(recorded, folder);
        try (ModelFolder source = ModelFolders.open(folder)) {
            assertSame(new GgufText(recorded), TextSource.of(source));
        }
    }

    @Test
    void modelWithoutATokenizerGetsNoKeys() throws IOException {
        file("config.json", new byte[] {'{', '}'});
        try (ModelFolder source = ModelFolders.open(folder)) {
            assertEquals(0, written(source, 10).keys().size());
        }
        HuggingFaceTextWriter.write(GgufMetadata.builder("x").build(), folder);
        try (ModelFolder source = ModelFolders.open(folder)) {
            assertEquals(List.of("config.json"), source.names());
        }
    }

    @Test
    void namedTokensAndTemplateGoAlong() throws IOException {
        GgufMetadata recorded =
                GgufTokens.recorded("qwen2")
                        .uint32("tokenizer.ggml.bos_token_id", 3)
                        .uint32("tokenizer.ggml.eos_token_id", 4)
                        .flag("tokenizer.ggml.add_bos_token", true)
                        .string("tokenizer.chat_template", "{{ messages[0].content }}")
                        .build();
        HuggingFaceTextWriter.write(recorded, folder);
        try (ModelFolder source = ModelFolders.open(folder)) {
            GgufMetadata there = written(source, recorded.strings("tokenizer.ggml.tokens").size());
            for (String key : List.of("bos_token_id", "eos_token_id")) {
                assertEquals(
                        recorded.integer("tokenizer.ggml." + key),
                        there.integer("tokenizer.ggml." + key),
                        key);
            }
            assertEquals(true, there.flag("tokenizer.ggml.add_bos_token").orElse(false));
            assertEquals(
                    recorded.string("tokenizer.chat_template"),
                    there.string("tokenizer.chat_template"));
            assertSame(new GgufText(recorded), new GgufText(there));
        }
    }
}
