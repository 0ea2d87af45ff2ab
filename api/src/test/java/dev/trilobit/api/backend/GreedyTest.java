package dev.trilobit.api.backend;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** {@link DecoderSession#greedy} as it is unless a backend has its own. */
class GreedyTest {
    private static final float LOW = Float.NEGATIVE_INFINITY;

    /** Hands out given logits, one row a step, and remembers the tokens it was given. */
    private static final class Script implements DecoderSession {
        private final List<float[]> rows;
        private final List<Integer> tokens = new ArrayList<>();

        Script(float[]... rows) {
            this.rows = List.of(rows);
        }

        @Override
        public int position() {
            return tokens.size();
        }

        @Override
        public int maxContextTokens() {
            return rows.size();
        }

        @Override
        public MemorySegment forward(int[] step, LogitRows wanted) {
            assertEquals(1, step.length);
            assertEquals(LogitRows.LAST, wanted);
            if (tokens.size() == rows.size()) {
                throw new IllegalArgumentException("context of %d is full".formatted(rows.size()));
            }
            tokens.add(step[0]);
            return MemorySegment.ofArray(rows.get(tokens.size() - 1));
        }

        @Override
        public void truncate(int position) {
            throw new AssertionError("greedy takes nothing back");
        }

        @Override
        public DecoderSession fork() {
            throw new AssertionError("greedy does not fork");
        }

        @Override
        public void close() {}
    }

    private static float[] row(float... logits) {
        return logits;
    }

    @Test
    void eachTokenIsTheLikeliestAfterTheOneBefore() {
        var session = new Script(row(0, 1, 2), row(5, 4, 3), row(-3, -1, -2));
        var heard = new ArrayList<Integer>();

        int count = session.greedy(7, 3, heard::add);

        assertEquals(3, count);
        assertEquals(List.of(2, 0, 1), heard);
        assertEquals(List.of(7, 2, 0), session.tokens, "the last one is not appended");
    }

    @Test
    void theSmallestOfEquallyLikelyTokensWins() {
        var session =
                new Script(
                        row(1, 3, 3, 2),
                        row(4, 4, 4, 4),
                        row(-0f, 0f, -1, -1),
                        row(LOW, LOW, LOW, LOW),
                        row(LOW, LOW, -1e30f, LOW));
        var heard = new ArrayList<Integer>();

        session.greedy(0, 5, heard::add);

        assertEquals(List.of(1, 0, 0, 0, 2), heard);
    }

    @Test
    void aLogitThatIsNotANumberIsNoToken() {
        var session = new Script(row(0, 1), row(1, Float.NaN));
        var heard = new ArrayList<Integer>();

        var e = assertThrows(BackendException.class, () -> session.greedy(0, 2, heard::add));

        assertEquals("the logit of token 1 is NaN", e.getMessage());
        assertEquals(List.of(1), heard);
    }

    @Test
    void theSinkStopsTheLoop() {
        var session = new Script(row(0, 1), row(1, 0), row(0, 1));
        var heard = new ArrayList<Integer>();

        int count =
                session.greedy(
                        0,
                        3,
                        token -> {
                            heard.add(token);
                            return heard.size() < 2;
                        });

        assertEquals(2, count);
        assertEquals(List.of(1, 0), heard);
        assertEquals(List.of(0, 1), session.tokens);
    }

    @Test
    void aCountOfNoneDoesNothing() {
        var session = new Script(row(0, 1));

        assertEquals(0, session.greedy(0, 0, _ -> true));
        assertEquals(0, session.greedy(0, -1, _ -> true));
        assertEquals(0, session.position());
    }

    @Test
    void aFullContextIsThrownAndEarlierTokensStay() {
        var session = new Script(row(0, 1), row(0, 1));
        var heard = new ArrayList<Integer>();

        assertThrows(IllegalArgumentException.class, () -> session.greedy(0, 3, heard::add));

        assertEquals(List.of(1, 1), heard);
        assertEquals(2, session.position());
    }
}
