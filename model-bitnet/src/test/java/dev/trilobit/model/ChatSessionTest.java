package dev.trilobit.model;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.trilobit.model.generate.ToySession;
import dev.trilobit.model.text.ChatMessage;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class ChatSessionTest {
    private static final int CONTEXT = 60;
    private static final GenerationOptions OPTIONS = Recital.OPTIONS;

    private final ToySession toy =
            Recital.answering(
                    Map.of(
                            asked("hi"),
                            "hello",
                            asked("more"),
                            "no",
                            asked("long"),
                            "x".repeat(99)),
                    CONTEXT);
    private final ChatSession chat = chat(List.of());

    private ChatSession chat(List<ChatMessage> opening) {
        return new ChatSession(new CharText(true), Recital.source(toy), opening);
    }

    /** The end of a conversation whose last message is {@code text}. */
    private static List<Integer> asked(String text) {
        return Stream.of(
                        List.of(CharText.USER),
                        CharText.ids(text),
                        List.of(CharText.END, CharText.ASSISTANT))
                .flatMap(List::stream)
                .toList();
    }

    @AfterEach
    void clearInterrupt() {
        Thread.interrupted();
    }

    @Test
    void answersAndRemembers() {
        assertEquals("hello", chat.send("hi", OPTIONS).text());
        assertEquals("no", chat.send("more", OPTIONS).text());
        assertEquals(
                List.of(
                        ChatMessage.user("hi"),
                        ChatMessage.assistant("hello"),
                        ChatMessage.user("more"),
                        ChatMessage.assistant("no")),
                chat.history());
    }

    @Test
    void onlyWhatFollowsTheCommonPrefixIsComputed() {
        chat.send("hi", OPTIONS);

        GenerationResult second = chat.send("more", OPTIONS);

        // The answer and its end token are in the sequence already.
        assertEquals(asked("more").size(), second.stats().promptTokens());
    }

    @Test
    void reusedCacheGivesTheSameTextAsAFreshOne() {
        chat.send("hi", OPTIONS);
        GenerationResult reused = chat.send("more", OPTIONS);

        ChatSession fresh = chat(chat.history().subList(0, 2));
        GenerationResult anew = fresh.send("more", OPTIONS);

        assertEquals(anew.tokens(), reused.tokens());
        assertTrue(anew.stats().promptTokens() > reused.stats().promptTokens());
    }

    @Test
    void cancelledAnswerStaysAsFarAsItCame() {
        GenerationResult cancelled = chat.send("hi", OPTIONS, piece -> !piece.equals("l"));

        assertEquals(StopReason.CANCELLED, cancelled.reason());
        assertEquals(List.of(ChatMessage.user("hi"), ChatMessage.assistant("hel")), chat.history());
        assertEquals("no", chat.send("more", OPTIONS).text());
    }

    @Test
    void interruptedPromptLeavesAnEmptyAnswer() {
        Thread.currentThread().interrupt();
        chat.send("hi", OPTIONS);
        Thread.interrupted();

        assertEquals(List.of(ChatMessage.user("hi"), ChatMessage.assistant("")), chat.history());
        assertEquals("no", chat.send("more", OPTIONS).text());
    }

    @Test
    void fullContextKeepsTheAnswerSoFar() {
        GenerationResult result = chat.send("long", OPTIONS);

        assertEquals(StopReason.CONTEXT_FULL, result.reason());
        assertEquals(CONTEXT - 1 - asked("long").size(), result.text().length());
    }

    @Test
    void conversationThatDoesNotFitIsRefusedAndForgotten() {
        chat.send("hi", OPTIONS);
        String tooLong = "x".repeat(60);

        var e = assertThrows(ContextOverflowException.class, () -> chat.send(tooLong, OPTIONS));

        assertEquals(
                "the conversation has 75 tokens, the context holds 60 and needs one for the answer;"
                        + " shorten the message, reset the chat or open the model with a larger"
                        + " context",
                e.getMessage());
        assertEquals(2, chat.history().size());
        assertEquals("no", chat.send("more", OPTIONS).text());
    }

    @Test
    void resetReturnsToTheOpening() {
        List<ChatMessage> opening = List.of(ChatMessage.system("be brief"));
        ChatSession briefed = chat(opening);
        GenerationResult first = briefed.send("hi", OPTIONS);
        briefed.reset();

        assertEquals(opening, briefed.history());
        assertEquals(0, briefed.contextTokens());
        assertEquals(first.tokens(), briefed.send("hi", OPTIONS).tokens());
    }

    @Test
    void withoutTemplateMessagesAreLinesThatTheModelContinues() {
        ToySession lines = Recital.after(1 + "hi\n".length(), "yo", CONTEXT);
        var plain = new ChatSession(new CharText(false), Recital.source(lines), List.of());

        assertFalse(plain.usesTemplate());
        assertEquals("yo", plain.send("hi", OPTIONS).text());
        assertTrue(chat.usesTemplate());
    }

    @Test
    void emptyMessageIsRefused() {
        assertThrows(IllegalArgumentException.class, () -> chat.send("", OPTIONS));
        assertEquals(List.of(), chat.history());
    }

    @Test
    void closedChatRefuses() {
        chat.close();
        chat.close();

        assertTrue(toy.isClosed());
        assertThrows(IllegalStateException.class, () -> chat.send("hi", OPTIONS));
        assertThrows(IllegalStateException.class, chat::reset);
    }
}
