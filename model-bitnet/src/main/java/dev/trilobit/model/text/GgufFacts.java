package dev.trilobit.model.text;

import dev.trilobit.model.file.GgufMetadata;
import dev.trilobit.model.file.ModelFormatException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeSet;

/** What the metadata of a GGUF file says about a model's text. */
final class GgufFacts {
    private static final String PREFIX = GgufTokenIds.PREFIX;
    static final String TEMPLATE = "tokenizer.chat_template";

    /** Where it is in files that have several. */
    static final String DEFAULT_TEMPLATE = TEMPLATE + ".default";

    /** The strings that transformers passes to templates, and their keys ("seperator" is right). */
    private static final Map<String, String> NAMED_TOKENS =
            Map.of(
                    "bos_token", PREFIX + "bos_token_id",
                    "eos_token", PREFIX + "eos_token_id",
                    "unk_token", PREFIX + "unknown_token_id",
                    "sep_token", PREFIX + "seperator_token_id",
                    "pad_token", PREFIX + "padding_token_id",
                    "cls_token", PREFIX + "cls_token_id",
                    "mask_token", PREFIX + "mask_token_id");

    private static final List<String> END_KEYS =
            List.of(PREFIX + "eos_token_id", PREFIX + "eot_token_id", PREFIX + "eom_token_id");

    /**
     * Control tokens that end an answer by their very names: files name one end token where the
     * model's own folder names several.
     */
    private static final List<String> ENDS_BY_NAME =
            List.of(
                    "<|eot_id|>",
                    "<|im_end|>",
                    "<|eom_id|>",
                    "<|end_of_text|>",
                    "<|endoftext|>",
                    "</s>");

    private final GgufMetadata metadata;
    private final Tokenizer tokenizer;
    private final List<String> problems = new ArrayList<>();
    private OptionalInt bos = OptionalInt.empty();
    private boolean startsWithBos;
    private Set<Integer> endTokens = Set.of();
    private Set<Integer> specialTokens = Set.of();
    private Optional<ChatTemplate> template = Optional.empty();

    private GgufFacts(GgufMetadata metadata, Tokenizer tokenizer) {
        this.metadata = metadata;
        this.tokenizer = tokenizer;
    }

    /**
     * Reads the keys that are there.
     *
     * @throws ModelFormatException naming everything that is wrong
     * @throws TemplateException if the chat template is wrong
     */
    static TextFacts read(GgufMetadata metadata, Tokenizer tokenizer) {
        GgufFacts facts = new GgufFacts(metadata, tokenizer);
        facts.readBos();
        facts.readTemplate();
        facts.readEndTokens();
        facts.readSpecialTokens();
        if (!facts.problems.isEmpty()) {
            throw new ModelFormatException(metadata.label(), facts.problems);
        }
        return new TextFacts(
                facts.bos,
                facts.startsWithBos,
                facts.endTokens,
                facts.specialTokens,
                facts.template);
    }

    private void readBos() {
        bos = required(GgufTokenIds.BOS);
        boolean demanded = metadata.flag(GgufVocabulary.ADD_BOS).orElse(false);
        if (demanded && bos.isEmpty() && problems.isEmpty()) {
            problems.add(
                    "%s is true and %s is missing"
                            .formatted(GgufVocabulary.ADD_BOS, GgufTokenIds.BOS));
        }
        startsWithBos =
                bos.isPresent()
                        && tokenizer.addedInFront().orElse(List.of()).contains(bos.getAsInt());
    }

    /** Reads the id of a token without which the model cannot run right. */
    private OptionalInt required(String key) {
        OptionalLong id = metadata.integer(key);
        if (id.isEmpty() || GgufTokenIds.isNone(id.getAsLong())) {
            return OptionalInt.empty();
        }
        if (!isToken(id.getAsLong())) {
            problems.add(
                    "%s: expected a token from 0 to %d, got %d"
                            .formatted(key, tokenizer.vocabularySize() - 1, id.getAsLong()));
            return OptionalInt.empty();
        }
        return OptionalInt.of(Math.toIntExact(id.getAsLong()));
    }

    /**
     * Reads the id of a token that many files give wrongly and nothing depends on, like padding.
     */
    private OptionalInt optional(String key) {
        return GgufTokenIds.find(metadata, key, tokenizer.vocabularySize());
    }

    private boolean isToken(long id) {
        return id >= 0 && id < tokenizer.vocabularySize();
    }

    private void readEndTokens() {
        Set<Integer> ends = new TreeSet<>();
        for (String key : END_KEYS) {
            required(key).ifPresent(ends::add);
        }
        for (String name : ENDS_BY_NAME) {
            tokenizer.specialId(name).ifPresent(ends::add);
        }
        TextFacts.addTurnEnds(template, tokenizer, ends);
        endTokens = ends;
    }

    private void readSpecialTokens() {
        Set<Integer> specials = new TreeSet<>(endTokens);
        for (String key : NAMED_TOKENS.values()) {
            optional(key).ifPresent(specials::add);
        }
        specialTokens = specials;
    }

    private void readTemplate() {
        Map<String, String> variables = new LinkedHashMap<>();
        NAMED_TOKENS.forEach(
                (name, key) ->
                        optional(key).ifPresent(id -> variables.put(name, tokenizer.content(id))));
        Optional<String> source =
                metadata.string(TEMPLATE).or(() -> metadata.string(DEFAULT_TEMPLATE));
        if (source.isPresent() && !source.get().isBlank()) {
            template = Optional.of(ChatTemplate.parse(source.get(), variables));
        }
    }
}
