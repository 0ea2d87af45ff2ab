package dev.trilobit.model;

import dev.trilobit.model.text.ChatMessage;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * Text rules for tests: a token a character, its code the id; below {@value #SPECIAL} are special
 * tokens without text.
 */
final class CharText implements ModelText {
    static final int VOCABULARY = 128;
    static final int BOS = 1;
    static final int END = 2;
    static final int USER = 3;
    static final int ASSISTANT = 4;
    static final int SYSTEM = 5;
    private static final int SPECIAL = 8;

    private final boolean template;

    CharText(boolean template) {
        this.template = template;
    }

    static int[] chars(String text) {
        return text.chars().toArray();
    }

    static List<Integer> ids(String text) {
        return text.chars().boxed().toList();
    }

    @Override
    public int[] encodePrompt(String text) {
        return IntStream.concat(IntStream.of(BOS), text.chars()).toArray();
    }

    @Override
    public int[] encodeMore(String text) {
        return chars(text);
    }

    @Override
    public int[] encodeChat(List<ChatMessage> messages) {
        if (!template) {
            return encodePrompt(
                    messages.stream()
                            .map(message -> message.content() + "\n")
                            .collect(Collectors.joining()));
        }
        IntStream all = IntStream.of(BOS);
        for (ChatMessage message : messages) {
            all = IntStream.concat(all, IntStream.of(role(message.role())));
            all = IntStream.concat(all, message.content().chars());
            all = IntStream.concat(all, IntStream.of(END));
        }
        return IntStream.concat(all, IntStream.of(ASSISTANT)).toArray();
    }

    private static int role(String role) {
        return switch (role) {
            case "user" -> USER;
            case "assistant" -> ASSISTANT;
            case "system" -> SYSTEM;
            default -> throw new IllegalArgumentException(role);
        };
    }

    @Override
    public boolean hasTemplate() {
        return template;
    }

    @Override
    public Set<Integer> endTokens() {
        return Set.of(END);
    }

    /** A tilde is half a character: it gives text only with the token after it. */
    @Override
    public TextStream newStream() {
        return new TextStream() {
            private boolean half;

            @Override
            public String accept(int token) {
                if (token < SPECIAL) {
                    return "";
                }
                if (token == '~') {
                    half = true;
                    return "";
                }
                String text = (half ? "~" : "") + (char) token;
                half = false;
                return text;
            }

            @Override
            public String flush() {
                String rest = half ? "\uFFFD" : "";
                half = false;
                return rest;
            }
        };
    }
}
