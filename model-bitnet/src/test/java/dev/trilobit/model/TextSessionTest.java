package dev.trilobit.model;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.trilobit.model.generate.SamplerSettings;
import dev.trilobit.model.generate.ToySession;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class TextSessionTest {
    private static final int CONTEXT = 40;
    private static final GenerationOptions OPTIONS = Recital.OPTIONS;

    /** Something to hear, whatever the script says. */
    private static final SamplerSettings ALWAYS_X =
            SamplerSettings.greedy().withLogitBias(Map.of((int) 'x', 1e6f));

    private final List<String> heard = new ArrayList<>();

    private static TextSession session(ToySession toy) {
        return new TextSession(new CharText(false), Recital.source(toy));
    }

    /** The prompt is BOS and {@code "ab"}. */
    private static TextSession saying(String script) {
        return session(Recital.after(3, script, CONTEXT));
    }

    private boolean hear(String piece) {
        heard.add(piece);
        return true;
    }

    @AfterEach
    void clearInterrupt() {
        Thread.interrupted();
    }

    @Test
    void endTokenEndsTheTextWithoutBeingPartOfIt() {
        GenerationResult result = saying("hello").generate("ab", OPTIONS, this::hear);

        assertEquals(StopReason.END_TOKEN, result.reason());
        assertEquals("hello", result.text());
        assertEquals(CharText.ids("hello"), result.tokens());
        assertEquals("hello", String.join("", heard));
    }

    @Test
    void statsCountPromptAndGeneratedTokens() {
        GenerationStats stats = saying("hello").generate("ab", OPTIONS).stats();

        assertEquals(3, stats.promptTokens());
        assertEquals(6, stats.generatedTokens());
        assertTrue(stats.prefill().isPositive());
        assertTrue(stats.decode().isPositive());
    }

    @Test
    void maxTokensEndTheText() {
        GenerationResult result = saying("hello").generate("ab", OPTIONS.withMaxTokens(2));

        assertEquals(StopReason.MAX_TOKENS, result.reason());
        assertEquals("he", result.text());
    }

    @Test
    void stopTokensEndTheTextToo() {
        GenerationOptions options = OPTIONS.withStopTokens(Set.of((int) 'l'));

        GenerationResult result = saying("hello").generate("ab", options);

        assertEquals(StopReason.END_TOKEN, result.reason());
        assertEquals("he", result.text());
    }

    @Test
    void stopStringOverSeveralTokensIsNeverHeard() {
        GenerationOptions options = OPTIONS.withStopStrings(List.of("STOP"));

        GenerationResult result = saying("a S STOP b").generate("ab", options, this::hear);

        assertEquals(StopReason.STOP_STRING, result.reason());
        assertEquals("a S ", result.text());
        assertEquals(List.of("a", " ", "S "), heard);
        assertEquals(CharText.ids("a S STOP"), result.tokens());
    }

    @Test
    void heldBackTextIsHeardWhenItsTheEnd() {
        GenerationOptions options = OPTIONS.withStopStrings(List.of("STOP"));

        GenerationResult result = saying("a ST").generate("ab", options, this::hear);

        assertEquals("a ST", result.text());
        assertEquals("a ST", String.join("", heard));
    }

    @Test
    void fullContextEndsTheText() {
        TextSession session = session(Recital.after(3, "x".repeat(100), 10));

        GenerationResult result = session.generate("ab", OPTIONS);

        assertEquals(StopReason.CONTEXT_FULL, result.reason());
        assertEquals("x".repeat(7), result.text());
    }

    @Test
    void listenerCancels() {
        GenerationResult result =
                saying("hello").generate("ab", OPTIONS, piece -> hear(piece) && heard.size() < 2);

        assertEquals(StopReason.CANCELLED, result.reason());
        assertEquals("he", result.text());
        assertEquals(2, heard.size());
    }

    @Test
    void interruptCancelsBetweenTokensAndStaysSet() {
        GenerationResult result =
                saying("hello")
                        .generate(
                                "ab",
                                OPTIONS,
                                piece -> {
                                    Thread.currentThread().interrupt();
                                    return hear(piece);
                                });

        assertEquals(StopReason.CANCELLED, result.reason());
        assertEquals("h", result.text());
        assertTrue(Thread.currentThread().isInterrupted());
    }

    @Test
    void interruptCancelsBetweenStepsOfThePrompt() {
        ToySession toy = Recital.after(30, "never", CONTEXT);
        Thread.currentThread().interrupt();

        GenerationResult result = session(toy).generate("x".repeat(29), OPTIONS);

        assertEquals(StopReason.CANCELLED, result.reason());
        assertEquals("", result.text());
        assertEquals(List.of(), toy.forwards);
    }

    @Test
    void halfACharacterAtTheEndBecomesAReplacementCharacter() {
        GenerationResult result = saying("a~b").generate("ab", OPTIONS.withMaxTokens(2));

        assertEquals("a\uFFFD", result.text());
    }

    @Test
    void halfACharacterIsCompletedByTheNextCall() {
        TextSession session = saying("a~b");
        session.generate("ab", OPTIONS.withMaxTokens(2));

        assertEquals("~b", session.generate("", OPTIONS).text());
    }

    @Test
    void emptyMoreGoesOn() {
        TextSession session = saying("hello");
        session.generate("ab", OPTIONS.withMaxTokens(2));

        assertEquals("llo", session.generate("", OPTIONS).text());
    }

    @Test
    void onlyWhatIsNewIsComputed() {
        ToySession toy = Recital.after(3, "hello", CONTEXT);
        TextSession session = session(toy);
        session.generate("ab", OPTIONS.withMaxTokens(5));
        int before = toy.forwards.size();

        GenerationResult result = session.generate("xy", OPTIONS.withMaxTokens(1));

        assertEquals(2, result.stats().promptTokens());
        assertEquals(
                List.of(List.of((int) 'o', (int) 'x', (int) 'y')),
                toy.forwards.subList(before, toy.forwards.size()));
    }

    @Test
    void endTokenIsNoPartOfTheTextGoneOnFrom() {
        TextSession session = saying("hi");
        session.generate("ab", OPTIONS);

        assertEquals(5, session.contextTokens());
    }

    @Test
    void textBeforeTheStopStringIsEncodedAnewAndTheStopStringIsGone() {
        ToySession toy = Recital.after(2, "yes#no", CONTEXT);
        TextSession session = session(toy);
        session.generate("q", OPTIONS.withStopStrings(List.of("s#")));

        GenerationResult result = session.generate("!", OPTIONS.withMaxTokens(1));

        assertEquals(3, result.stats().promptTokens());
        assertEquals(CharText.ids("ye!"), toy.forwards.getLast());
    }

    @Test
    void resetForgetsTheText() {
        TextSession session = saying("hello");
        GenerationResult first = session.generate("ab", OPTIONS);
        session.reset();

        assertEquals(0, session.contextTokens());
        assertEquals(first.text(), session.generate("ab", OPTIONS).text());
    }

    @Test
    void emptyPromptIsRefused() {
        var e =
                assertThrows(
                        IllegalArgumentException.class, () -> saying("x").generate("", OPTIONS));
        assertEquals("the prompt is empty: expected at least one character", e.getMessage());
    }

    @Test
    void promptThatDoesNotFitIsRefusedWithNumbersAndNothingChanges() {
        ToySession toy = Recital.after(3, "hello", 10);
        TextSession session = session(toy);
        session.generate("ab", OPTIONS.withMaxTokens(2));

        var e =
                assertThrows(
                        ContextOverflowException.class, () -> session.generate("12345", OPTIONS));

        assertEquals(10, e.tokens());
        assertEquals(10, e.maxContextTokens());
        assertEquals(
                "the text has 10 tokens, the context holds 10 and needs one for the answer; shorten"
                        + " it, reset the session or open the model with a larger context",
                e.getMessage());
        assertEquals("llo", session.generate("", OPTIONS).text());
    }

    @Test
    void settingsThatNameAnUnknownTokenAreRefusedAndNothingChanges() {
        TextSession session = saying("hello");
        GenerationOptions wrong =
                OPTIONS.withSampling(
                        SamplerSettings.greedy().withLogitBias(Map.of(CharText.VOCABULARY, 1f)));

        assertThrows(IllegalArgumentException.class, () -> session.generate("ab", wrong));
        assertEquals(0, session.contextTokens());
    }

    @Test
    void afterAFailedGenerationTheTextIsWhatItWas() {
        ToySession toy = Recital.after(2, "yes#no", CONTEXT);
        TextSession session = session(toy);
        session.generate("q", OPTIONS.withStopStrings(List.of("s#")));
        int before = session.contextTokens();
        var broken = new IllegalStateException("broken listener");

        var e =
                assertThrows(
                        IllegalStateException.class,
                        () ->
                                session.generate(
                                        "!",
                                        OPTIONS.withMaxTokens(1).withSampling(ALWAYS_X),
                                        _ -> {
                                            throw broken;
                                        }));

        assertSame(broken, e);
        assertEquals(before, session.contextTokens());
        assertEquals(3, session.generate("!", OPTIONS.withMaxTokens(1)).stats().promptTokens());
        assertEquals(CharText.ids("ye!"), toy.forwards.getLast());
    }

    /** The tilde is heard and refused while the "b" after it is held back for the stop string. */
    @Test
    void whatIsHeldBackWhenTheListenerCancelsIsNoPartOfTheText() {
        GenerationOptions options = OPTIONS.withStopStrings(List.of("b#"));

        GenerationResult result =
                saying("h~bc").generate("ab", options, piece -> hear(piece) && heard.size() < 2);

        assertEquals(StopReason.CANCELLED, result.reason());
        assertEquals(List.of("h", "~"), heard);
        assertEquals("h~", result.text());
    }

    @Test
    void closedSessionRefuses() {
        ToySession toy = Recital.after(3, "hello", CONTEXT);
        TextSession session = session(toy);
        assertFalse(toy.isClosed());
        session.close();
        session.close();

        assertTrue(toy.isClosed());
        assertThrows(IllegalStateException.class, () -> session.generate("ab", OPTIONS));
        assertThrows(IllegalStateException.class, session::reset);
    }
}
