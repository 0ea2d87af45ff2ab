package dev.trilobit.model.text;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.trilobit.model.file.GgufMetadataBuilder;
import dev.trilobit.model.file.MemoryFolder;
import dev.trilobit.model.file.MetadataType;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

/** Recorded ids come from the sentencepiece library, see record_vocabularies.py. */
class SentencePieceTest {
    @ParameterizedTest
    @ValueSource(strings = {"llama", "plain", "unused"})
    void aModelFileEncodesAndDecodesAsRecorded(String kind) {
        try (TextCodec codec = open(kind, Map.of())) {
            assertRecorded(kind, codec.tokenizer());
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"llama", "plain", "unused"})
    void aGgufFileEncodesAndDecodesAsRecorded(String kind) {
        try (TextCodec codec = GgufTokens.open(metadata(kind))) {
            assertRecorded(kind, codec.tokenizer());
        }
    }

    private static void assertRecorded(String kind, Tokenizer tokenizer) {
        JsonNode recorded = TextResources.json("spm-" + kind + ".json");
        assertEquals(recorded.path("size").asInt(), tokenizer.vocabularySize());
        int unknown = recorded.path("unk").asInt();
        assertTrue(recorded.path("encoded").size() > 40, "cases");
        for (JsonNode row : recorded.path("encoded")) {
            String text = row.path("text").asString();
            int[] ids = TextResources.ints(row.path("ids"));
            assertArrayEquals(ids, tokenizer.encode(text), text);
            // The other library writes a mark for an unknown token where this writes nothing.
            if (Arrays.stream(ids).noneMatch(id -> id == unknown)) {
                assertEquals(row.path("decoded").asString(), tokenizer.decode(ids), text);
            }
        }
    }

    @Test
    void eachPrefixOfTheTokensDecodesToAPrefixOfTheText() {
        try (TextCodec codec = open("llama", Map.of())) {
            Tokenizer tokenizer = codec.tokenizer();
            String text = " Two  spaces, 🦐 and 你好 é";
            StreamingDecoder decoder = tokenizer.newDecoder();
            StringBuilder shown = new StringBuilder();
            List<String> steps = new ArrayList<>();
            for (int id : tokenizer.encode(text)) {
                String more = decoder.accept(id);
                steps.add(more);
                shown.append(more);
                assertTrue(text.startsWith(shown.toString()), shown.toString());
            }
            assertEquals(text, shown + decoder.flush());
            assertTrue(steps.contains("🦐"), "four byte pieces give one character: " + steps);
        }
    }

    @Test
    void onlyTheFirstSpaceOfATextIsDropped() {
        try (TextCodec codec = open("llama", Map.of())) {
            Tokenizer tokenizer = codec.tokenizer();
            int space = tokenizer.find("\u2581").orElseThrow();
            int the = tokenizer.find("\u2581the").orElseThrow();
            StreamingDecoder decoder = tokenizer.newDecoder();
            assertEquals("the", decoder.accept(the));
            assertEquals(" the", decoder.accept(the));
            assertEquals(" ", decoder.accept(space));
            assertEquals("", decoder.flush());
            assertEquals("", tokenizer.newDecoder().accept(space));
            assertEquals("the", tokenizer.decode(new int[] {1, the, 2}));
        }
    }

    @Test
    void anIncompleteCharacterIsReplacedAtTheEnd() {
        try (TextCodec codec = open("llama", Map.of())) {
            Tokenizer tokenizer = codec.tokenizer();
            int first = tokenizer.find("<0xF0>").orElseThrow();
            assertEquals("a\uFFFD", tokenizer.decode(ids(tokenizer, "a", first)));
        }
    }

    private static int[] ids(Tokenizer tokenizer, String text, int more) {
        return IntStream.concat(Arrays.stream(tokenizer.encode(text)), IntStream.of(more))
                .toArray();
    }

    @Test
    void stringsOfControlTokensStayText() {
        try (TextCodec codec = open("llama", Map.of())) {
            Tokenizer tokenizer = codec.tokenizer();
            String text = "<s>a</s><ctl><unk>";
            int[] ids = tokenizer.encode(text);
            assertTrue(Arrays.stream(ids).noneMatch(tokenizer::isSpecial));
            assertEquals(text, tokenizer.decode(ids));
            assertEquals(4, count(tokenizer, tokenizer.encode(text, (token, from, to) -> true)));
        }
    }

    private static long count(Tokenizer tokenizer, int[] ids) {
        return Arrays.stream(ids).filter(tokenizer::isSpecial).count();
    }

    /** The end token is a symbol of users here: SentencePiece alone would make it of any text. */
    @Test
    void aUserSymbolThatEndsAnswersIsNotMadeOfText() {
        String config = "{\"eos_token\": \"<|im_start|>\"}";
        try (TextCodec codec = open("llama", Map.of("tokenizer_config.json", config))) {
            Tokenizer tokenizer = codec.tokenizer();
            int end = tokenizer.specialId("<|im_start|>").orElseThrow();
            assertEquals(Set.of(end), codec.endTokens());
            int[] ids = tokenizer.encode("the <|im_start|> cat");
            assertTrue(Arrays.stream(ids).noneMatch(id -> id == end));
            assertEquals("the <|im_start|> cat", tokenizer.decode(ids));
        }
    }

    @Test
    void aPromptBeginsWithTheStartTokenAndTheModelNamesItsEnd() {
        try (TextCodec codec = open("llama", Map.of())) {
            assertEquals(OptionalInt.of(1), codec.bos());
            assertEquals(Set.of(2), codec.endTokens());
            int[] ids = codec.encodePrompt("Hello");
            assertEquals(1, ids[0]);
            assertArrayEquals(
                    codec.tokenizer().encode("Hello"), Arrays.copyOfRange(ids, 1, ids.length));
        }
        String config = "{\"add_bos_token\": false, \"eos_token\": null}";
        try (TextCodec codec = open("llama", Map.of("tokenizer_config.json", config))) {
            assertEquals(Set.of(), codec.endTokens());
            assertArrayEquals(codec.tokenizer().encode("Hello"), codec.encodePrompt("Hello"));
        }
    }

    @Test
    void aSpaceGoesInFrontOfEachPartUnlessTheConfigurationSaysOtherwise() {
        try (TextCodec codec = open("llama", Map.of())) {
            assertArrayEquals(
                    pieces(codec, "\u2581the", "<s>", "\u2581the"), all(codec, "the<s>the"));
        }
        String start = "{\"legacy\": false}";
        try (TextCodec codec = open("llama", Map.of("tokenizer_config.json", start))) {
            assertArrayEquals(pieces(codec, "\u2581the", "<s>", "the"), all(codec, "the<s>the"));
            assertArrayEquals(pieces(codec, "<s>", "the"), all(codec, "<s>the"));
        }
        String never = "{\"add_prefix_space\": false}";
        try (TextCodec codec = open("llama", Map.of("tokenizer_config.json", never))) {
            assertArrayEquals(pieces(codec, "the", "<s>", "the"), all(codec, "the<s>the"));
            assertEquals(" the", codec.tokenizer().decode(all(codec, " the")));
        }
    }

    @Test
    void moreTextGetsNoSpaceInFront() {
        try (TextCodec codec = open("llama", Map.of())) {
            assertArrayEquals(pieces(codec, "the"), codec.tokenizer().encodeMore("the"));
            assertArrayEquals(pieces(codec, "\u2581the"), codec.tokenizer().encodeMore(" the"));
            assertArrayEquals(new int[0], codec.tokenizer().encodeMore(""));
        }
    }

    private static int[] all(TextCodec codec, String text) {
        return codec.tokenizer().encode(text, (token, from, to) -> true);
    }

    /** Ids of pieces; a word that is none is encoded, it stands inside a text. */
    private static int[] pieces(TextCodec codec, String... pieces) {
        IntList ids = new IntList();
        for (String piece : pieces) {
            OptionalInt id = codec.tokenizer().find(piece);
            ids.addAll(
                    id.isPresent()
                            ? new int[] {id.getAsInt()}
                            : codec.tokenizer().encodeMore(piece));
        }
        return ids.toArray();
    }

    /** The folders of the 1bitLLM models have 32 000 pieces and 32 002 tokens. */
    @Test
    void tokensBeyondTheModelComeFromItsOtherFiles() {
        String config =
                """
                {"added_tokens_decoder": {
                   "2": {"content": "</s>", "special": true},
                   "470": {"content": "<pad>", "special": true},
                   "471": {"content": "<note>", "special": false}}}
                """;
        try (TextCodec codec = open("llama", Map.of("tokenizer_config.json", config))) {
            assertEquals(472, codec.tokenizer().vocabularySize());
            assertTrue(codec.tokenizer().isSpecial(470));
            assertEquals("<note>", codec.tokenizer().decode(new int[] {470, 471}));
            assertEquals(471, codec.tokenizer().encode("<note>")[0]);
        }
        Map<String, String> older =
                Map.of(
                        "added_tokens.json", "{\"<pad>\": 470, \"<note>\": 471}",
                        "tokenizer_config.json", "{\"pad_token\": \"<pad>\"}");
        try (TextCodec codec = open("llama", older)) {
            assertEquals(472, codec.tokenizer().vocabularySize());
            assertTrue(codec.tokenizer().isSpecial(470));
            assertEquals(471, codec.tokenizer().encode("<note>")[0]);
        }
    }

    @Test
    void aLongTextIsEncodedInReasonableTime() {
        try (TextCodec codec = open("llama", Map.of())) {
            String text = "the cat sat on the mat ".repeat(20_000);
            int[] ids = codec.tokenizer().encode(text);
            assertEquals(text, codec.tokenizer().decode(ids));
        }
    }

    private static GgufMetadataBuilder metadata(String kind) {
        byte[] file = TextResources.bytes("spm-" + kind + ".model");
        GgufMetadataBuilder metadata =
                GgufTokens.sentencePiece(
                        SentencePieceFile.read(MemorySegment.ofArray(file), kind + ".model"));
        return metadata.integers(
                "tokenizer.ggml.precompiled_charsmap", MetadataType.UINT8, characterMap(file));
    }

    private static int[] characterMap(byte[] file) {
        ProtobufReader model = ProtobufReader.of(MemorySegment.ofArray(file), "model");
        while (model.next()) {
            if (model.field() == 3) {
                ProtobufReader normalizer = model.message();
                while (normalizer.next()) {
                    if (normalizer.field() == 2) {
                        byte[] bytes = normalizer.slice().toArray(ValueLayout.JAVA_BYTE);
                        return IntStream.range(0, bytes.length).map(i -> bytes[i] & 0xFF).toArray();
                    }
                }
            }
        }
        return new int[0];
    }

    static TextCodec open(String kind, Map<String, String> files) {
        return TextCodec.open(
                MemoryFolder.of(files)
                        .with("tokenizer.model", TextResources.bytes("spm-" + kind + ".model")));
    }
}
