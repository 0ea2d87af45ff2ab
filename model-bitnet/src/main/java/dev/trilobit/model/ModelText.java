package dev.trilobit.model;

import dev.trilobit.model.text.ChatMessage;
import java.util.List;
import java.util.Set;

/** What sessions need of a model's text rules. Safe for use by several threads. */
interface ModelText {
    /** Encodes text at the beginning of a sequence. */
    int[] encodePrompt(String text);

    /** Encodes text inside a sequence. */
    int[] encodeMore(String text);

    /**
     * Encodes a conversation, ready for the model's next answer.
     *
     * @throws dev.trilobit.model.text.TemplateException if the template refuses the messages
     */
    int[] encodeChat(List<ChatMessage> messages);

    /** Tells whether {@link #encodeChat} has a template to follow. */
    boolean hasTemplate();

    /** Returns the tokens that end an answer. */
    Set<Integer> endTokens();

    /** Starts turning generated tokens into text. */
    TextStream newStream();
}
