package dev.trilobit.model.text;

import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.TreeSet;

/**
 * What the files of a model say about its text, the tokenizer apart.
 *
 * @param bos the token that starts a text, if the model has one
 * @param startsWithBos whether a prompt starts with {@code bos}
 * @param endTokens tokens that end an answer
 * @param specialTokens tokens that start, end or pad a text or that a file names, end tokens
 *     included
 * @param chatTemplate turns messages into a prompt; a base model has none
 */
record TextFacts(
        OptionalInt bos,
        boolean startsWithBos,
        Set<Integer> endTokens,
        Set<Integer> specialTokens,
        Optional<ChatTemplate> chatTemplate) {
    /** Tokens that end a turn in chat formats, which some models forget to name. */
    static final List<String> TURN_ENDS = List.of("<|eot_id|>", "<|im_end|>");

    TextFacts {
        endTokens = ascending(endTokens);
        specialTokens = ascending(specialTokens);
    }

    private static Set<Integer> ascending(Set<Integer> ids) {
        return Collections.unmodifiableSet(new TreeSet<>(ids));
    }

    /** Adds the ends of turns that a template writes and the tokenizer knows. */
    static void addTurnEnds(
            Optional<ChatTemplate> template, Tokenizer tokenizer, Set<Integer> ends) {
        for (String turnEnd : TURN_ENDS) {
            if (template.isPresent() && template.get().mentions(turnEnd)) {
                tokenizer.find(turnEnd).ifPresent(ends::add);
            }
        }
    }
}
