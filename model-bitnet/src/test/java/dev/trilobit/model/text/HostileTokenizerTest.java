package dev.trilobit.model.text;

import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.trilobit.model.file.ModelFormatException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Each of these files took the process or its memory when it reached the native library. */
class HostileTokenizerTest {
    private static final String WORDS =
            "\"model\":{\"type\":\"WordLevel\",\"unk_token\":\"a\",\"vocab\":{\"a\":0}}";

    @ParameterizedTest
    @ValueSource(strings = {"", "AAA=", "BAAAAAABAED4AA=="})
    void charactersOfSentencePieceAreRefused(String charsmap) {
        refused(
                "\"normalizer\":{\"type\":\"Precompiled\",\"precompiled_charsmap\":\"%s\"},%s"
                        .formatted(charsmap, WORDS),
                "normalizer \"Precompiled\" is not supported, only BertNormalizer");
    }

    @Test
    void pieceLengthOfZeroIsRefused() {
        refused(
                "\"pre_tokenizer\":{\"type\":\"FixedLength\",\"length\":0}," + WORDS,
                "pre_tokenizer \"FixedLength\" is not supported, only BertPreTokenizer");
    }

    @Test
    void prefixLongerThanThePiecesIsRefused() {
        refused(
                """
                "model": {"type": "BPE", "vocab": {"a": 0, "b": 1, "ab": 2}, "merges": ["a b"],
                          "continuing_subword_prefix": "abcdef"}
                """,
                "model: merges with a continuing_subword_prefix are not supported");
    }

    @Test
    void expressionsThatTakeForeverAreRefused() {
        refused(
                """
                "pre_tokenizer": {"type": "Sequence", "pretokenizers": [{"type": "Split",
                    "pattern": {"Regex": "(?=(?:a|a)*c)a"}, "behavior": "Isolated", "invert": false}]},
                """
                        + WORDS,
                "pre_tokenizer: the regular expression \"(?=(?:a|a)*c)a\" is not supported, as it"
                        + " repeats a group");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '~',
            value = {
                "{\"type\":\"Prepend\",\"prepend\":\"\"}~normalizer: Prepend without a text",
                "{\"type\":\"Replace\",\"pattern\":{\"String\":\"\"},\"content\":\"b\"}~an empty pattern",
                "{\"type\":\"Replace\",\"pattern\":{\"Regex\":\"a|\"},\"content\":\"b\"}~can match nothing"
            })
    void stepsThatReplaceNothingAreRefused(String step, String problem) {
        refused(
                "\"normalizer\":{\"type\":\"Sequence\",\"normalizers\":[%s,{\"type\":\"NFKD\"}]},%s"
                        .formatted(step, WORDS),
                problem);
    }

    @Test
    void stepsThatDoubleATextAreLimited() {
        String step =
                "{\"type\":\"Replace\",\"pattern\":{\"String\":\"a\"},\"content\":\"aa\"},"
                        .repeat(33);
        refused(
                "\"normalizer\":{\"type\":\"Sequence\",\"normalizers\":[%s]},%s"
                        .formatted(step.substring(0, step.length() - 1), WORDS),
                "normalizer: its steps can make a text more than 1000 times as long");
    }

    @ParameterizedTest
    @CsvSource({"4194303,expected less than", "4194305,expected 0 to 4194304"})
    void idThatNoFileOfThisSizeHasIsRefused(int id, String problem) {
        refused(
                "\"model\":{\"type\":\"BPE\",\"vocab\":{\"a\":%d},\"merges\":[]}".formatted(id),
                problem);
    }

    @Test
    void missingUnknownTokenIsFoundByTheTextThatNeedsIt() {
        String json =
                "{\"version\":\"1.0\",\"model\":{\"type\":\"WordLevel\",\"unk_token\":\"x\",\"vocab\":{\"a\":0}}}";
        try (Tokenizer tokenizer = Tokenizer.open(TextResources.utf8(json), "hostile.json")) {
            var error = assertThrows(ModelFormatException.class, () -> tokenizer.encode("b"));
            assertTrue(String.valueOf(error.getMessage()).contains("Missing [UNK] token"));
        }
    }

    @Test
    void gapsTheLibraryCannotPassAreRefused() {
        String gap = " ".repeat(5_000_001);
        try (Tokenizer tokenizer = TextResources.tokenizer("byte-level")) {
            var error = assertThrows(IllegalArgumentException.class, () -> tokenizer.encode(gap));
            assertTrue(String.valueOf(error.getMessage()).contains("5000000 whitespace"));
        }
    }

    private static void refused(String fields, String problem) {
        String json = "{\"version\":\"1.0\",%s}".formatted(fields);
        var error =
                assertThrows(
                        ModelFormatException.class,
                        () -> Tokenizer.open(TextResources.utf8(json), "hostile.json").close());
        String message = String.valueOf(error.getMessage());
        assertTrue(message.startsWith("hostile.json: ") && message.contains(problem), message);
    }
}
