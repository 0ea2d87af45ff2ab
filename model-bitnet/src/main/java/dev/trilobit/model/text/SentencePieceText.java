package dev.trilobit.model.text;

import dev.trilobit.model.file.ModelFolder;
import dev.trilobit.model.file.ModelFormatException;
import dev.trilobit.model.file.StrictJson;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.TreeMap;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.MissingNode;

/**
 * A folder with a {@code tokenizer.model} and no {@code tokenizer.json}, such as those of the
 * 1bitLLM models. What {@code tokenizer_config.json} and {@code added_tokens.json} say counts as in
 * the class LlamaTokenizer of transformers.
 */
final class SentencePieceText implements TextSource {
    static final String TOKENIZER = "tokenizer.model";

    private static final String CONFIG = "tokenizer_config.json";
    private static final String ADDED = "added_tokens.json";
    private static final int MAX_ID = 1 << 22;

    private final ModelFolder folder;
    private final String label;
    private final SentencePieceFile.Content content;

    private SentencePieceText(ModelFolder folder, MemorySegment model) {
        this.folder = folder;
        this.label = folder.label(TOKENIZER);
        this.content = SentencePieceFile.read(model, label);
    }

    static boolean isIn(ModelFolder folder) {
        return folder.find(TOKENIZER).isPresent();
    }

    static Optional<TextSource> find(ModelFolder folder) {
        return folder.find(TOKENIZER).map(model -> new SentencePieceText(folder, model));
    }

    @Override
    public Tokenizer openTokenizer() {
        JsonNode config = json(CONFIG);
        // Absent means true: models from before the switch were trained so.
        var prefixing =
                config.path("legacy").asBoolean(true)
                        ? SentencePieceEncoder.Prefixing.EACH_PART
                        : SentencePieceEncoder.Prefixing.START_ONLY;
        SentencePieceNormalizer.Rules rules = content.normalization();
        if (!config.path("add_prefix_space").asBoolean(true)) {
            rules =
                    new SentencePieceNormalizer.Rules(
                            false, rules.collapseSpaces(), rules.escapeSpaces());
        }
        OptionalInt bos = content.bos();
        List<Integer> inFront = bos.isPresent() ? List.of(bos.getAsInt()) : List.of();
        return Tokenizer.open(
                new SentencePieceModel(
                        label,
                        content.table(),
                        rules,
                        content.characters(),
                        new SentencePieceModel.Extras(prefixing, added(config), inFront)));
    }

    @Override
    public TextFacts facts(Tokenizer tokenizer) {
        Map<String, String> named = new TreeMap<>();
        PieceTable table = content.table();
        content.bos().ifPresent(id -> named.put("bos_token", table.piece(id)));
        content.eos().ifPresent(id -> named.put("eos_token", table.piece(id)));
        table.first(TokenKind.UNKNOWN).ifPresent(id -> named.put("unk_token", table.piece(id)));
        return HuggingFaceFacts.read(folder, tokenizer, named);
    }

    /** Tokens beyond the model's own: {@code added_tokens_decoder}, in older folders a file. */
    private List<AddedToken> added(JsonNode config) {
        List<AddedToken> added = new ArrayList<>();
        JsonNode decoder = config.path("added_tokens_decoder");
        if (decoder.isObject()) {
            for (Map.Entry<String, JsonNode> entry : decoder.properties()) {
                String content = entry.getValue().path("content").asString("");
                int id = id(entry.getKey(), content, CONFIG);
                added.add(added(id, content, entry.getValue()));
            }
        } else {
            for (Map.Entry<String, JsonNode> entry : json(ADDED).properties()) {
                int id = id(entry.getValue().asString(""), entry.getKey(), ADDED);
                added.add(added(id, entry.getKey(), MissingNode.getInstance()));
            }
        }
        added.removeIf(token -> token.id() < content.table().size());
        return added;
    }

    private static AddedToken added(int id, String content, JsonNode traits) {
        return new AddedToken(
                id,
                content,
                traits.path("special").asBoolean(false),
                traits.path("lstrip").asBoolean(false),
                traits.path("rstrip").asBoolean(false),
                traits.path("single_word").asBoolean(false));
    }

    private int id(String text, String content, String file) {
        int id = text.matches("\\d{1,7}") ? Integer.parseInt(text) : -1;
        if (id < 0 || id > MAX_ID || content.isEmpty()) {
            throw new ModelFormatException(
                    folder.label(file),
                    "added tokens: expected an id from 0 to %d and a string, got \"%s\" and \"%s\""
                            .formatted(MAX_ID, text, content));
        }
        return id;
    }

    private JsonNode json(String name) {
        return folder.find(name)
                .map(bytes -> StrictJson.object(folder.label(name), "the file", bytes))
                .orElseGet(MissingNode::getInstance);
    }
}
