package dev.trilobit.model.generate;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.trilobit.api.backend.BackendException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

class SessionTokenSourceTest {
    private static final int VOCABULARY = 50;
    private static final int CONTEXT = 16;
    private static final int STEP = 4;

    private final ToySession session =
            new ToySession(CONTEXT, STEP, ToySession.hashing(VOCABULARY));
    private final SessionTokenSource source = source(session);

    private static SessionTokenSource source(ToySession session) {
        var source = new SessionTokenSource(session, VOCABULARY, STEP);
        source.begin(SamplerSettings.greedy());
        return source;
    }

    private static List<Integer> take(TokenSource source, int count) {
        var tokens = new ArrayList<Integer>();
        for (int left = count; left > 0; ) {
            int given = source.next(left, tokens::add);
            if (given == 0) {
                return tokens;
            }
            left -= given;
        }
        return tokens;
    }

    private static boolean prefill(TokenSource source, int... tokens) {
        return source.prefill(tokens, () -> true);
    }

    @Test
    void promptIsComputedInStepsAndTokensOneByOne() {
        prefill(source, 1, 2, 3, 4, 5, 6);
        List<Integer> tokens = take(source, 2);

        assertEquals(
                List.of(List.of(1, 2, 3, 4), List.of(5, 6), List.of(tokens.get(0))),
                session.forwards);
    }

    @Test
    void eachTokenIsTheModelsAnswerToAllBeforeIt() {
        prefill(source, 1, 2, 3);
        var all = new ArrayList<>(List.of(1, 2, 3));

        for (int token : take(source, 5)) {
            assertEquals(Math.floorMod(all.hashCode(), VOCABULARY), token);
            all.add(token);
        }
    }

    @Test
    void secondPrefillComputesTheTokenThatWasPending() {
        prefill(source, 1, 2);
        int token = take(source, 1).getFirst();
        prefill(source, 7);

        assertEquals(List.of(token, 7), session.forwards.getLast());
    }

    @Test
    void truncateThenPrefillEqualsFreshSource() {
        prefill(source, 1, 2, 3);
        take(source, 4);
        source.truncate(2);
        prefill(source, 9);

        TokenSource fresh = source(new ToySession(CONTEXT, STEP, ToySession.hashing(VOCABULARY)));
        prefill(fresh, 1, 2, 9);
        assertEquals(take(fresh, 5), take(source, 5));
    }

    @Test
    void truncateThenNextEqualsFreshSource() {
        prefill(source, 1, 2, 3);
        take(source, 4);
        source.truncate(2);

        TokenSource fresh = source(new ToySession(CONTEXT, STEP, ToySession.hashing(VOCABULARY)));
        prefill(fresh, 1, 2);
        assertEquals(take(fresh, 5), take(source, 5));
    }

    @Test
    void emptyPrefillGoesOn() {
        prefill(source, 1, 2, 3);
        List<Integer> first = take(source, 2);
        prefill(source);
        List<Integer> second = take(source, 2);

        TokenSource fresh = source(new ToySession(CONTEXT, STEP, ToySession.hashing(VOCABULARY)));
        prefill(fresh, 1, 2, 3);
        List<Integer> all = take(fresh, 4);
        assertEquals(all.subList(0, 2), first);
        assertEquals(all.subList(2, 4), second);
    }

    @Test
    void stoppedPrefillIsTakenUpAgain() {
        assertFalse(source.prefill(new int[] {1, 2, 3, 4, 5, 6}, () -> session.position() == 0));
        assertEquals(4, session.position());
        assertEquals(6, source.sequence().size());

        assertTrue(prefill(source));
        assertEquals(List.of(5, 6), session.forwards.getLast());
    }

    @Test
    void fullContextGivesNoToken() {
        int[] prompt = new int[CONTEXT - 2];
        prefill(source, prompt);

        assertEquals(2, take(source, 5).size());
        assertEquals(0, source.next(1, _ -> true));
        assertEquals(CONTEXT, source.sequence().size());
    }

    @Test
    void onlyNextTokensCountAsGenerated() {
        prefill(source, 1, 2, 3);
        take(source, 2);
        assertEquals(3, source.sequence().generatedFrom());

        source.begin(SamplerSettings.greedy());
        prefill(source, 4);
        assertEquals(6, source.sequence().generatedFrom());
    }

    @Test
    void beginStartsTheSeedAnew() {
        SamplerSettings hot =
                SamplerSettings.defaults().withTemperature(50).withTopK(0).withSeed(3);
        source.begin(hot);
        prefill(source, 1, 2);
        List<Integer> first = take(source, 6);
        source.truncate(2);
        source.begin(hot);

        assertEquals(first, take(source, 6));
    }

    @Test
    void tooManyTokensAreRefusedAndNothingChanges() {
        prefill(source, 1, 2);

        var e = assertThrows(IllegalArgumentException.class, () -> prefill(source, new int[15]));
        assertEquals("15 tokens after 2: the context holds 16", e.getMessage());
        assertArrayEquals(new int[] {1, 2}, source.sequence().copy(0, source.sequence().size()));
    }

    @Test
    void tokenOutsideTheVocabularyIsRefusedAndNothingChanges() {
        var e = assertThrows(IllegalArgumentException.class, () -> prefill(source, 1, 50));
        assertEquals("token 1 of 2 is 50: expected 0 to 49", e.getMessage());
        assertThrows(IllegalArgumentException.class, () -> prefill(source, -1));
        assertEquals(0, source.sequence().size());
    }

    @Test
    void nothingAtAllIsRefused() {
        assertThrows(IllegalArgumentException.class, () -> prefill(source));
        assertThrows(IllegalStateException.class, () -> source.next(1, _ -> true));
    }

    @Test
    void nextBeforeBeginIsRefused() {
        TokenSource unbegun = new SessionTokenSource(session, VOCABULARY, STEP);
        prefill(unbegun, 1);

        assertThrows(IllegalStateException.class, () -> unbegun.next(1, _ -> true));
    }

    @Test
    void askingForNoTokenIsRefused() {
        prefill(source, 1);

        assertThrows(IllegalArgumentException.class, () -> source.next(0, _ -> true));
    }

    @Test
    void scoresThatAreNoNumbersAreAnErrorAndNoToken() {
        float[] broken = new float[VOCABULARY];
        Arrays.fill(broken, Float.NaN);
        TokenSource bad = source(new ToySession(CONTEXT, STEP, _ -> broken));
        prefill(bad, 1);

        assertThrows(BackendException.class, () -> bad.next(1, _ -> true));
        assertEquals(1, bad.sequence().size());
    }

    @Test
    void closeClosesTheSession() {
        source.close();

        assertTrue(session.isClosed());
    }
}
