package dev.trilobit.model.text;

import dev.trilobit.model.file.ModelFolder;
import dev.trilobit.model.file.ModelFormatException;
import dev.trilobit.model.file.StrictJson;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.TreeSet;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.MissingNode;

/** What the configuration files of a Hugging Face folder say about a model's text. */
final class HuggingFaceFacts {
    private static final String TOKENIZER_CONFIG = "tokenizer_config.json";
    private static final String GENERATION_CONFIG = "generation_config.json";
    private static final String CONFIG = "config.json";

    /** The strings that transformers passes to templates. */
    private static final List<String> NAMED_TOKENS =
            List.of(
                    "bos_token",
                    "eos_token",
                    "unk_token",
                    "sep_token",
                    "pad_token",
                    "cls_token",
                    "mask_token");

    private final ModelFolder folder;
    private final Tokenizer tokenizer;
    private final Map<String, String> namedByTokenizer;
    private final JsonNode tokenizerConfig;
    private final JsonNode generationConfig;
    private final JsonNode config;
    private final List<String> problems = new ArrayList<>();
    private OptionalInt bos = OptionalInt.empty();
    private Set<Integer> endTokens = Set.of();
    private Set<Integer> specialTokens = Set.of();
    private boolean startsWithBos;
    private Optional<ChatTemplate> template = Optional.empty();

    private HuggingFaceFacts(
            ModelFolder folder, Tokenizer tokenizer, Map<String, String> namedByTokenizer) {
        this.folder = folder;
        this.tokenizer = tokenizer;
        this.namedByTokenizer = namedByTokenizer;
        this.tokenizerConfig = json(TOKENIZER_CONFIG);
        this.generationConfig = json(GENERATION_CONFIG);
        this.config = json(CONFIG);
    }

    /**
     * Reads the files that are there.
     *
     * @param namedByTokenizer tokens that count where tokenizer_config.json does not name one, such
     *     as {@code bos_token}
     * @throws ModelFormatException naming everything that is wrong
     * @throws TemplateException if the chat template is wrong
     */
    static TextFacts read(
            ModelFolder folder, Tokenizer tokenizer, Map<String, String> namedByTokenizer) {
        HuggingFaceFacts facts = new HuggingFaceFacts(folder, tokenizer, namedByTokenizer);
        facts.readBos();
        facts.readTemplate();
        facts.readEndTokens();
        facts.readSpecialTokens();
        if (!facts.problems.isEmpty()) {
            throw new ModelFormatException(folder.label(), String.join("; ", facts.problems));
        }
        return new TextFacts(
                facts.bos,
                facts.startsWithBos,
                facts.endTokens,
                facts.specialTokens,
                facts.template);
    }

    private JsonNode json(String name) {
        return folder.find(name)
                .map(bytes -> StrictJson.object(folder.label(name), "the file", bytes))
                .orElseGet(MissingNode::getInstance);
    }

    private Optional<String> text(String name) {
        return folder.find(name)
                .map(
                        bytes ->
                                new String(
                                        bytes.toArray(ValueLayout.JAVA_BYTE),
                                        StandardCharsets.UTF_8));
    }

    /** A token in tokenizer_config.json is a string, an object with {@code content}, or null. */
    private Optional<String> namedToken(String name) {
        if (!tokenizerConfig.has(name)) {
            return Optional.ofNullable(namedByTokenizer.get(name));
        }
        JsonNode node = tokenizerConfig.path(name);
        JsonNode content = node.isObject() ? node.path("content") : node;
        return content.isString() ? Optional.of(content.asString()) : Optional.empty();
    }

    /**
     * Finds the token and whether a prompt starts with it: as {@code add_bos_token} says, else as
     * the post-processor of tokenizer.json does; where there is neither, if the token is named.
     */
    private void readBos() {
        Optional<String> named = namedToken("bos_token");
        if (named.isPresent()) {
            bos = find("bos_token", named.get());
        } else if (!tokenizerConfig.has("bos_token")) {
            // An explicit null says that there is none, whatever config.json has.
            List<Integer> ids = ids(generationConfig, GENERATION_CONFIG, "bos_token_id");
            ids = ids.isEmpty() ? ids(config, CONFIG, "bos_token_id") : ids;
            bos = ids.isEmpty() ? OptionalInt.empty() : OptionalInt.of(ids.get(0));
        }
        JsonNode wanted = tokenizerConfig.path("add_bos_token");
        startsWithBos =
                wanted.isBoolean()
                        ? wanted.asBoolean()
                        : tokenizer
                                .addedInFront()
                                .map(ids -> bos.isPresent() && ids.contains(bos.getAsInt()))
                                .orElse(named.isPresent());
        if (startsWithBos && bos.isEmpty() && problems.isEmpty()) {
            problems.add(TOKENIZER_CONFIG + ": add_bos_token is true and no file names the token");
        }
    }

    private OptionalInt find(String name, String token) {
        OptionalInt id = tokenizer.find(token);
        if (id.isEmpty()) {
            problems.add(
                    "%s: %s \"%s\" is not in the tokenizer"
                            .formatted(TOKENIZER_CONFIG, name, token));
        }
        return id;
    }

    /** An id or a list of ids; absent and null give none. */
    private List<Integer> ids(JsonNode file, String fileName, String key) {
        JsonNode node = file.path(key);
        List<JsonNode> nodes = new ArrayList<>();
        if (node.isArray()) {
            node.forEach(nodes::add);
        } else if (!node.isMissingNode() && !node.isNull()) {
            nodes.add(node);
        }
        List<Integer> ids = new ArrayList<>();
        for (JsonNode id : nodes) {
            if (id.isIntegralNumber() && id.canConvertToInt() && id.asInt() >= 0) {
                ids.add(id.asInt());
            } else {
                problems.add("%s: %s: expected token ids, got %s".formatted(fileName, key, node));
            }
        }
        return ids;
    }

    private void readEndTokens() {
        Set<Integer> ends = new TreeSet<>();
        ends.addAll(ids(generationConfig, GENERATION_CONFIG, "eos_token_id"));
        ends.addAll(ids(config, CONFIG, "eos_token_id"));
        namedToken("eos_token").ifPresent(token -> find("eos_token", token).ifPresent(ends::add));
        TextFacts.addTurnEnds(template, tokenizer, ends);
        endTokens = ends;
    }

    /** Text of users must become none of these: they would end an answer or begin another text. */
    private void readSpecialTokens() {
        Set<Integer> specials = new TreeSet<>(endTokens);
        bos.ifPresent(specials::add);
        for (String name : NAMED_TOKENS) {
            namedToken(name).flatMap(this::id).ifPresent(specials::add);
        }
        for (JsonNode file : List.of(generationConfig, config)) {
            for (String key : List.of("bos_token_id", "pad_token_id")) {
                // Some files write -1 for none.
                if (file.path(key).canConvertToInt() && file.path(key).asInt() >= 0) {
                    specials.add(file.path(key).asInt());
                }
            }
        }
        specialTokens = specials;
    }

    private Optional<Integer> id(String token) {
        OptionalInt id = tokenizer.find(token);
        return id.isPresent() ? Optional.of(id.getAsInt()) : Optional.empty();
    }

    /** The file of its own wins, as in transformers. */
    private void readTemplate() {
        Map<String, String> variables = new LinkedHashMap<>();
        for (String name : NAMED_TOKENS) {
            namedToken(name).ifPresent(token -> variables.put(name, token));
        }
        Optional<String> source =
                text("chat_template.jinja")
                        .or(() -> template(tokenizerConfig.path("chat_template")));
        if (source.isPresent()) {
            template = Optional.of(ChatTemplate.parse(source.get(), variables));
        }
    }

    /** A string, or a list of {@code {name, template}} of which {@code default} is taken. */
    private Optional<String> template(JsonNode node) {
        if (node.isString()) {
            return Optional.of(node.asString());
        }
        if (node.isArray()) {
            for (JsonNode named : node) {
                if (named.path("name").asString("").equals("default")
                        && named.path("template").isString()) {
                    return Optional.of(named.path("template").asString());
                }
            }
            return Optional.empty();
        }
        if (!node.isMissingNode() && !node.isNull()) {
            problems.add(TOKENIZER_CONFIG + ": chat_template is neither a string nor a list");
        }
        return Optional.empty();
    }
}
