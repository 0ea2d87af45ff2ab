package dev.trilobit.model.text;

import dev.trilobit.model.file.ModelFormatException;
import java.util.Optional;
import java.util.Set;
import tools.jackson.databind.JsonNode;

/**
 * Checks what of a tokenizer.json goes to the {@code tokenizers} library, which is native code that
 * ends the process where it meets what it did not expect (0.21.4: {@code unwrap} and indexing in
 * {@code normalizers/mod.rs}, {@code spm_precompiled}, {@code fixed_length.rs}, {@code
 * bpe/model.rs}, and errors of its regular expressions), or takes all memory where steps that make
 * a text longer stand in a row.
 */
final class LibraryLimits {
    private static final Set<String> NORMALIZERS =
            Set.of(
                    "BertNormalizer",
                    "ByteLevel",
                    "Lowercase",
                    "NFC",
                    "NFD",
                    "NFKC",
                    "NFKD",
                    "Nmt",
                    "Prepend",
                    "Replace",
                    "Sequence",
                    "Strip",
                    "StripAccents");
    private static final Set<String> PRE_TOKENIZERS =
            Set.of(
                    "BertPreTokenizer",
                    "ByteLevel",
                    "CharDelimiterSplit",
                    "Digits",
                    "Metaspace",
                    "Punctuation",
                    "Sequence",
                    "Split",
                    "UnicodeScripts",
                    "Whitespace",
                    "WhitespaceSplit");

    /** Bytes that all steps together may make of one. */
    private static final long MOST_GROWTH = 1000;

    /** NFKC and NFKD make eleven bytes of one at most, lower case and byte alphabets less. */
    private static final long GROWTH_OF_NORMALIZER = 11;

    private static final int LONGEST_STEPS = 64;

    private final String label;
    private long growth = 1;
    private int steps;

    /**
     * Begins to check a file.
     *
     * @param label the file's name in messages
     */
    LibraryLimits(String label) {
        this.label = label;
    }

    /**
     * Checks the {@code normalizer}.
     *
     * @throws ModelFormatException if a step is not supported, or the steps make texts too long
     */
    void checkNormalizer(JsonNode step) {
        check("normalizer", NORMALIZERS, step);
    }

    /**
     * Checks the {@code pre_tokenizer}.
     *
     * @throws ModelFormatException if a step is not supported, or the steps make texts too long
     */
    void checkPreTokenizer(JsonNode step) {
        check("pre_tokenizer", PRE_TOKENIZERS, step);
    }

    private void check(String what, Set<String> supported, JsonNode step) {
        if (step.isNull()) {
            return;
        }
        String type = step.path("type").asString("");
        if (!supported.contains(type)) {
            throw new ModelFormatException(
                    label,
                    "%s \"%s\" is not supported, only %s"
                            .formatted(
                                    what,
                                    type,
                                    String.join(", ", supported.stream().sorted().toList())));
        }
        if (++steps > LONGEST_STEPS) {
            throw new ModelFormatException(
                    label, "%s has more than %d steps".formatted(what, LONGEST_STEPS));
        }
        step.path("normalizers").forEach(part -> check(what, supported, part));
        step.path("pretokenizers").forEach(part -> check(what, supported, part));
        if (type.equals("Prepend") && step.path("prepend").asString("").isEmpty()) {
            throw new ModelFormatException(label, what + ": Prepend without a text");
        }
        checkPattern(what, type.equals("Replace"), step.path("pattern"));
        grow(what, type, step);
    }

    /** The library loses count of its characters where nothing is replaced or put in front. */
    private void checkPattern(String what, boolean replaced, JsonNode pattern) {
        if (replaced && pattern.path("String").asString("-").isEmpty()) {
            throw new ModelFormatException(label, what + ": an empty pattern is not supported");
        }
        JsonNode regex = pattern.path("Regex");
        if (!regex.isString()) {
            return;
        }
        Optional<String> problem =
                replaced
                        ? RegexBudget.problemOfReplaced(regex.asString())
                        : RegexBudget.problem(regex.asString());
        if (problem.isPresent()) {
            throw new ModelFormatException(
                    label,
                    "%s: the regular expression %s is not supported, as it %s"
                            .formatted(what, regex, problem.get()));
        }
    }

    private void grow(String what, String type, JsonNode step) {
        growth *=
                switch (type) {
                    case "NFKC", "NFKD" -> GROWTH_OF_NORMALIZER;
                    case "BertNormalizer", "ByteLevel", "Lowercase", "NFC", "NFD" -> 3;
                    case "Metaspace" -> 4;
                    case "Prepend" -> 1L + step.path("prepend").asString("").length();
                    case "Replace" -> replacement(step);
                    default -> 1;
                };
        if (growth > MOST_GROWTH) {
            throw new ModelFormatException(
                    label,
                    "%s: its steps can make a text more than %d times as long"
                            .formatted(what, MOST_GROWTH));
        }
    }

    /** An empty match puts the content before each character. */
    private static long replacement(JsonNode step) {
        int content = 3 * step.path("content").asString("").length();
        int pattern = step.path("pattern").path("String").asString("").length();
        return pattern == 0 ? 1L + content : Math.max(1, Math.ceilDiv(content, pattern));
    }
}
