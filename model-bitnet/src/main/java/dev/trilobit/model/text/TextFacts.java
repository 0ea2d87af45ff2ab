package dev.trilobit.model.text;

import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;

/** What the files of a model say about its text, the tokenizer apart. Immutable. */
interface TextFacts {
    /** Tokens that end a turn in chat formats, which some models forget to name. */
    List<String> TURN_ENDS = List.of("<|eot_id|>", "<|im_end|>");

    /** Returns the token that starts a text, if the model has one. */
    OptionalInt bos();

    /** Tells whether a prompt starts with {@link #bos}. */
    boolean startsWithBos();

    /** Returns the tokens that end an answer. */
    Set<Integer> endTokens();

    /**
     * Returns the tokens that start, end or pad a text or that a file names, end tokens included.
     */
    Set<Integer> specialTokens();

    /** Returns the chat template; a base model has none. */
    Optional<ChatTemplate> chatTemplate();
}
