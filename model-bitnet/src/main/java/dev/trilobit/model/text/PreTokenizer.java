package dev.trilobit.model.text;

import dev.trilobit.model.file.ModelFormatException;
import java.util.List;
import java.util.stream.Collectors;

/**
 * How text is cut before byte-pair encoding. A GGUF file has only the rule's name, {@code
 * tokenizer.ggml.pre}. Sources: the expressions of llama-vocab.cpp of llama.cpp and of the models'
 * own tokenizer.json.
 *
 * @param names what files call it
 * @param cuts regular expressions; each one cuts what the one before has left whole
 * @param traits what goes with it
 */
record PreTokenizer(List<String> names, List<String> cuts, Traits traits) {
    /** Cuts off one digit. */
    static final String DIGIT = "\\p{N}";

    private static final String GPT2_WORDS =
            "'s|'t|'re|'ve|'m|'ll|'d| ?\\p{L}+| ?\\p{N}+| ?[^\\s\\p{L}\\p{N}]+|\\s+(?!\\S)|\\s+";

    /** Llama 3, and the models whose tokenizers cut like it. */
    static final PreTokenizer LLAMA3 =
            new PreTokenizer(
                    List.of("llama-bpe", "llama3", "llama-v3", "falcon3", "falcon_e"),
                    List.of(words("\\p{N}{1,3}")),
                    new Traits(true, false, true));

    /** Qwen 2 and 3: digits one by one, text in the composed form NFC. */
    static final PreTokenizer QWEN2 =
            new PreTokenizer(
                    List.of("qwen2"), List.of(words("\\p{N}")), new Traits(false, true, false));

    /** GPT-2 with digits one by one. */
    static final PreTokenizer SMOLLM =
            new PreTokenizer(
                    List.of("smollm"), List.of(DIGIT, GPT2_WORDS), new Traits(false, false, false));

    static final PreTokenizer GPT2 =
            new PreTokenizer(
                    List.of("gpt-2"), List.of(GPT2_WORDS), new Traits(false, false, false));

    /** What llama.cpp does with files that name none. */
    static final PreTokenizer DEFAULT =
            new PreTokenizer(
                    List.of("default"),
                    List.of("[\\p{P}\\$\\+<=>\\^~\\|]+", GPT2_WORDS, "\\p{N}+", "[0-9][0-9][0-9]"),
                    new Traits(false, false, false));

    private static final List<PreTokenizer> ALL = List.of(LLAMA3, QWEN2, SMOLLM, GPT2, DEFAULT);

    PreTokenizer {
        names = List.copyOf(names);
        cuts = List.copyOf(cuts);
    }

    /**
     * What goes with a rule.
     *
     * @param wholePieces a word that is a piece is taken as it is, whatever the merges give
     * @param composes text is brought into the form NFC first
     * @param startsWithBos a prompt begins with the start token unless the file says otherwise
     */
    record Traits(boolean wholePieces, boolean composes, boolean startsWithBos) {}

    private static String words(String digits) {
        return "(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|"
                + digits
                + "| ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+";
    }

    /** Returns all rules. */
    static List<PreTokenizer> all() {
        return ALL;
    }

    /**
     * Finds a rule.
     *
     * @param file for messages
     * @throws ModelFormatException if the name is not known
     */
    static PreTokenizer named(String name, String file) {
        return ALL.stream()
                .filter(rule -> rule.names.contains(name))
                .findFirst()
                .orElseThrow(
                        () ->
                                new ModelFormatException(
                                        file,
                                        "tokenizer.ggml.pre: the pre-tokenizer \"%s\" is not"
                                                        .formatted(name)
                                                + " supported, only "
                                                + known()));
    }

    private static String known() {
        return ALL.stream().flatMap(rule -> rule.names.stream()).collect(Collectors.joining(", "));
    }
}
