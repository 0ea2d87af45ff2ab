package dev.trilobit.cli.text;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.trilobit.cli.io.StandardStreams;
import dev.trilobit.cli.load.DecoderFiles;
import dev.trilobit.model.ModelOptions;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.PrintStream;
import java.util.List;
import java.util.OptionalInt;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class TokenizedTextTest {
    private static final int START = 99;
    private static final int ALL = Integer.MAX_VALUE;

    /** Ids 1, 2, 3 and so on. */
    private static TokenizedText text(int size, OptionalInt start) {
        return new TokenizedText(IntStream.rangeClosed(1, size).toArray(), start);
    }

    private static void assertIds(List<int[]> actual, int[]... expected) {
        assertEquals(expected.length, actual.size());
        for (int i = 0; i < expected.length; i++) {
            assertArrayEquals(expected[i], actual.get(i));
        }
    }

    @Test
    void everyChunkBeginsWithTheStartTokenInPlaceOfItsFirst() {
        assertIds(
                text(7, OptionalInt.of(START)).chunks(3, ALL),
                new int[] {START, 2, 3},
                new int[] {START, 5, 6});
    }

    @Test
    void withoutAStartTokenNothingIsReplaced() {
        assertIds(
                text(5, OptionalInt.empty()).chunks(3, ALL), new int[] {1, 2, 3}, new int[] {4, 5});
    }

    @Test
    void noMoreChunksThanAskedFor() {
        assertIds(text(9, OptionalInt.empty()).chunks(2, 1), new int[] {1, 2});
        assertIds(text(9, OptionalInt.empty()).chunks(2, 0));
    }

    @Test
    void textOfOneTokenIsAChunk() {
        assertIds(text(1, OptionalInt.of(START)).chunks(8, ALL), new int[] {START});
        assertIds(text(0, OptionalInt.of(START)).chunks(8, ALL));
    }

    @Test
    void windowsOverlapAndEndBeforeTheText() {
        TokenizedText text = text(8, OptionalInt.of(START));
        assertIds(text.windows(4, 2, ALL), new int[] {1, 2, 3, 4}, new int[] {3, 4, 5, 6});
        assertIds(text.windows(4, 3, ALL), new int[] {1, 2, 3, 4}, new int[] {4, 5, 6, 7});
        assertIds(text.windows(4, 3, 1), new int[] {1, 2, 3, 4});
        assertIds(text.windows(8, 1, ALL));
    }

    @Test
    void differenceIsTheFirstIndexOrTheEndOfTheShorter() {
        TokenizedText four = text(4, OptionalInt.empty());
        TokenizedText other = new TokenizedText(new int[] {1, 2, 5, 4}, OptionalInt.empty());
        assertEquals(OptionalInt.of(2), four.difference(other));
        assertEquals(OptionalInt.of(4), four.difference(text(5, OptionalInt.empty())));
        assertEquals(OptionalInt.empty(), four.difference(text(4, OptionalInt.of(START))));
        assertEquals("5", other.describe(2));
        assertEquals("the end", other.describe(4));
    }

    @Test
    void modelsWithAStartTokenPutItInFrontOfTheTextAndOfEveryChunk() {
        var streams =
                new StandardStreams(
                        InputStream.nullInputStream(),
                        new PrintStream(OutputStream.nullOutputStream()),
                        new PrintStream(OutputStream.nullOutputStream()),
                        Set.of());
        try (DecoderFiles files =
                DecoderFiles.open("--model", "embedded:bitnet", ModelOptions.defaults(), streams)) {
            TokenizedText text = TokenizedText.of("Once upon a time, once upon a time", files);
            assertEquals("0", text.describe(0));
            List<int[]> chunks = text.chunks(4, 2);
            assertEquals(0, chunks.get(0)[0]);
            assertEquals(0, chunks.get(1)[0]);
        }
    }
}
