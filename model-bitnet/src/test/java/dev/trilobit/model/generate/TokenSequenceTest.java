package dev.trilobit.model.generate;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import org.junit.jupiter.api.Test;

class TokenSequenceTest {
    private final TokenSequence sequence = Logits.sequence(5, 6, 7, 8);

    @Test
    void growsBeyondItsFirstRoom() {
        for (int i = 4; i < 1000; i++) {
            sequence.append(i);
        }

        assertEquals(1000, sequence.size());
        assertEquals(999, sequence.get(999));
        assertArrayEquals(new int[] {7, 8, 4}, sequence.copy(2, 5));
    }

    @Test
    void truncateForgetsTokensAndWhereGeneratedOnesBegan() {
        sequence.beginGenerated();
        sequence.append(9);
        sequence.truncate(2);

        assertEquals(2, sequence.size());
        assertEquals(2, sequence.generatedFrom());
        assertThrows(IndexOutOfBoundsException.class, () -> sequence.get(2));
    }

    @Test
    void truncateOutsideIsRefused() {
        assertThrows(IllegalArgumentException.class, () -> sequence.truncate(-1));
        var e = assertThrows(IllegalArgumentException.class, () -> sequence.truncate(5));
        assertEquals("truncate to 5 tokens: expected 0 to 4", e.getMessage());
    }

    @Test
    void commonPrefixEndsAtTheFirstDifferenceOrTheShorterEnd() {
        assertEquals(2, sequence.commonPrefix(new int[] {5, 6, 9, 8}));
        assertEquals(4, sequence.commonPrefix(new int[] {5, 6, 7, 8}));
        assertEquals(4, sequence.commonPrefix(new int[] {5, 6, 7, 8, 9}));
        assertEquals(1, sequence.commonPrefix(new int[] {5}));
        assertEquals(0, sequence.commonPrefix(new int[0]));
        assertEquals(0, sequence.commonPrefix(new int[] {1}));
    }
}
