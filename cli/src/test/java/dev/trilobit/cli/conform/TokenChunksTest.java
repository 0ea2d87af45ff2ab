package dev.trilobit.cli.conform;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.trilobit.model.embedded.EmbeddedModels;
import dev.trilobit.model.file.ModelFolder;
import dev.trilobit.model.text.TextCodec;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class TokenChunksTest {
    private static final String FIRST = "Tom and Lily went to the park to see the big red ball.";
    private static final String SECOND =
            "One day a dog met a cat and they were very happy friends.";
    private static final String BOTH = FIRST + "\n<|endoftext|>\n" + SECOND + "\n<|endoftext|>\n";

    private final TextCodec codec = open();

    private static TextCodec open() {
        try (ModelFolder folder = EmbeddedModels.open("bitnet")) {
            return TextCodec.open(folder);
        }
    }

    @AfterEach
    void close() {
        codec.close();
    }

    private List<String> texts(String text, int most, int tokens) {
        return TokenChunks.cut(codec, text, most, tokens).stream()
                .map(chunk -> codec.tokenizer().decode(chunk).strip())
                .toList();
    }

    @Test
    void everyDocumentGivesItsFirstSequenceBeforeAnyGivesItsSecond() {
        List<String> texts = texts(BOTH, 4, 5);
        assertEquals(4, texts.size());
        assertTrue(FIRST.startsWith(texts.get(0)), texts.toString());
        assertTrue(SECOND.startsWith(texts.get(1)), texts.toString());
        assertTrue(FIRST.contains(texts.get(2)), texts.toString());
        assertTrue(SECOND.contains(texts.get(3)), texts.toString());
    }

    @Test
    void everySequenceHasTheLengthThatWasAskedForAndTheStartToken() {
        int[] start = codec.encodePrompt("");
        for (int[] chunk : TokenChunks.cut(codec, BOTH, 100, 6)) {
            assertEquals(6, chunk.length);
            assertArrayEquals(start, Arrays.copyOf(chunk, start.length));
        }
    }

    @Test
    void textThatFillsNoSequenceGivesNone() {
        assertEquals(List.of(), texts("Tom.", 20, 128));
    }

    @Test
    void heldOutStoriesFillWhatIsTriedByDefault() {
        assertEquals(20, TokenChunks.cut(codec, EmbeddedModels.heldOutStories(), 20, 128).size());
    }
}
