package dev.trilobit.model.text;

import java.util.Set;

/**
 * One message of a conversation.
 *
 * @param role {@code system}, {@code user}, {@code assistant} or {@code tool}
 * @param content plain text; never interpreted as template or as special tokens
 */
public record ChatMessage(String role, String content) {
    /** Roles that chat formats know. Closed, because templates write them into control tokens. */
    private static final Set<String> ROLES = Set.of("system", "user", "assistant", "tool");

    public ChatMessage {
        if (!ROLES.contains(role)) {
            throw new IllegalArgumentException(
                    "role: expected system, user, assistant or tool, got \"%s\"".formatted(role));
        }
    }

    /** Returns a message of the user. */
    public static ChatMessage user(String content) {
        return new ChatMessage("user", content);
    }

    /** Returns a message of the model. */
    public static ChatMessage assistant(String content) {
        return new ChatMessage("assistant", content);
    }

    /** Returns the instructions before a conversation. */
    public static ChatMessage system(String content) {
        return new ChatMessage("system", content);
    }
}
