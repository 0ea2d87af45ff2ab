package dev.trilobit.model.text;

import dev.trilobit.model.file.GgufMetadataBuilder;
import dev.trilobit.model.file.MetadataType;
import dev.trilobit.model.file.ModelFolder;
import dev.trilobit.model.file.ModelFormatException;
import dev.trilobit.model.file.StrictJson;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.stream.IntStream;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.MissingNode;

/**
 * Writes the tokenizer and chat template of a Hugging Face folder as metadata of a GGUF file.
 * Source: {@code gguf/vocab.py} and {@code convert_hf_to_gguf.py} of llama.cpp for the keys.
 */
public final class GgufTextWriter {
    private static final String PREFIX = "tokenizer.ggml.";
    private static final String CONFIG = "tokenizer_config.json";

    private final ModelFolder folder;
    private final GgufMetadataBuilder keys;

    private GgufTextWriter(ModelFolder folder, GgufMetadataBuilder keys) {
        this.folder = folder;
        this.keys = keys;
    }

    /**
     * Sets the keys of the tokenizer; without one it sets none.
     *
     * @param folder with tokenizer.json or tokenizer.model
     * @param vocabulary rows of the embedding table; ids that no token has become padding
     * @throws ModelFormatException if GGUF has no name for what the tokenizer does
     * @throws IllegalStateException if the tokenizer library does not run on this machine
     */
    public static void write(ModelFolder folder, int vocabulary, GgufMetadataBuilder keys) {
        if (HuggingFaceText.isIn(folder) || SentencePieceText.isIn(folder)) {
            new GgufTextWriter(folder, keys).write(vocabulary);
        }
    }

    private void write(int vocabulary) {
        PieceTable table =
                folder.find(HuggingFaceText.TOKENIZER)
                        .map(json -> new BytePairFile(label(HuggingFaceText.TOKENIZER), json))
                        .filter(BytePairFile::isByteLevel)
                        .map(file -> bytePairs(file, vocabulary))
                        .orElseGet(() -> sentencePiece(vocabulary));
        writeTable(table);
        writeFacts(table);
        template().ifPresent(text -> keys.string("tokenizer.chat_template", text));
    }

    private String label(String file) {
        return folder.label(file);
    }

    private PieceTable bytePairs(BytePairFile file, int vocabulary) {
        keys.string(PREFIX + "model", "gpt2");
        keys.string(PREFIX + "pre", file.rule().names().getFirst());
        keys.strings(PREFIX + "merges", file.merges());
        return file.table(vocabulary);
    }

    private PieceTable sentencePiece(int vocabulary) {
        MemorySegment model =
                folder.find(SentencePieceText.TOKENIZER)
                        .orElseThrow(
                                () ->
                                        new ModelFormatException(
                                                label(HuggingFaceText.TOKENIZER),
                                                "a GGUF file needs the scores of this tokenizer,"
                                                        + " which are in tokenizer.model;"
                                                        + " put that file beside it"));
        SentencePieceFile.Content content =
                SentencePieceFile.read(model, label(SentencePieceText.TOKENIZER));
        keys.string(PREFIX + "model", "llama");
        keys.string(PREFIX + "pre", "default");
        keys.flag(PREFIX + "add_space_prefix", content.normalization().spaceInFront());
        keys.flag(PREFIX + "remove_extra_whitespaces", content.normalization().collapseSpaces());
        byte[] characters = content.characters().bytes();
        if (characters.length > 0) {
            int[] wide = new int[characters.length];
            for (int i = 0; i < wide.length; i++) {
                wide[i] = Byte.toUnsignedInt(characters[i]);
            }
            keys.integers(PREFIX + "precompiled_charsmap", MetadataType.UINT8, wide);
        }
        return padded(content.table(), vocabulary);
    }

    /** Tokens that other files add to the model's own come behind them. */
    private PieceTable padded(PieceTable table, int vocabulary) {
        if (table.size() > vocabulary) {
            throw new ModelFormatException(
                    label(SentencePieceText.TOKENIZER),
                    "token \"%s\" has the id %d, and the model has %d ids"
                            .formatted(table.piece(vocabulary), vocabulary, vocabulary));
        }
        var builder = new PieceTable.Builder(label(SentencePieceText.TOKENIZER));
        for (int id = 0; id < table.size(); id++) {
            builder.add(table.piece(id), table.score(id), table.kind(id));
        }
        try (Tokenizer tokenizer = TextSource.of(folder).openTokenizer()) {
            for (int id = table.size(); id < vocabulary; id++) {
                String content = tokenizer.content(id);
                if (content.isEmpty()) {
                    builder.add(BytePairFile.padding(id), 0, TokenKind.UNUSED);
                } else {
                    builder.add(
                            content,
                            0,
                            tokenizer.specialId(content).isPresent()
                                    ? TokenKind.CONTROL
                                    : TokenKind.USER_DEFINED);
                }
            }
        }
        return builder.build();
    }

    private void writeTable(PieceTable table) {
        var tokens = new ArrayList<String>(table.size());
        float[] scores = new float[table.size()];
        for (int id = 0; id < table.size(); id++) {
            tokens.add(table.piece(id));
            scores[id] = table.score(id);
        }
        keys.strings(PREFIX + "tokens", tokens);
        if (table.first(TokenKind.UNKNOWN).isPresent()) {
            keys.float32s(PREFIX + "scores", scores); // of SentencePiece; the other has merges
        }
        keys.integers(
                PREFIX + "token_type",
                MetadataType.INT32,
                IntStream.range(0, table.size()).map(id -> table.kind(id).number()).toArray());
    }

    private void writeFacts(PieceTable table) {
        TextSource source = TextSource.of(folder);
        try (Tokenizer tokenizer = source.openTokenizer()) {
            TextFacts facts = source.facts(tokenizer);
            facts.bos().ifPresent(id -> keys.uint32(PREFIX + "bos_token_id", id));
            keys.flag(PREFIX + "add_bos_token", facts.startsWithBos());
            OptionalInt eos = end(tokenizer, facts);
            eos.ifPresent(id -> keys.uint32(PREFIX + "eos_token_id", id));
            for (String name : TextFacts.TURN_ENDS) {
                tokenizer
                        .find(name)
                        .ifPresent(
                                id -> {
                                    if (facts.endTokens().contains(id) && eos.orElse(-1) != id) {
                                        keys.uint32(PREFIX + "eot_token_id", id);
                                    }
                                });
            }
            named(tokenizer, "pad_token")
                    .ifPresent(id -> keys.uint32(PREFIX + "padding_token_id", id));
        }
        OptionalInt unknown = table.first(TokenKind.UNKNOWN);
        unknown.ifPresent(id -> keys.uint32(PREFIX + "unknown_token_id", id));
    }

    /** The end token that the tokenizer names, else the first of those that end an answer. */
    private OptionalInt end(Tokenizer tokenizer, TextFacts facts) {
        OptionalInt named = named(tokenizer, "eos_token");
        return named.isPresent()
                ? named
                : facts.endTokens().stream().mapToInt(Integer::intValue).min();
    }

    private OptionalInt named(Tokenizer tokenizer, String key) {
        JsonNode node = config().path(key);
        String content = node.isObject() ? node.path("content").asString("") : node.asString("");
        return content.isEmpty() ? OptionalInt.empty() : tokenizer.find(content);
    }

    private JsonNode config() {
        return folder.find(CONFIG)
                .map(bytes -> StrictJson.object(label(CONFIG), "the file", bytes))
                .orElseGet(MissingNode::getInstance);
    }

    private Optional<String> template() {
        return folder.find("chat_template.jinja")
                .map(bytes -> bytes.toArray(ValueLayout.JAVA_BYTE))
                .map(bytes -> new String(bytes, StandardCharsets.UTF_8))
                .or(() -> template(config().path("chat_template")));
    }

    private static Optional<String> template(JsonNode node) {
        if (node.isString()) {
            return Optional.of(node.stringValue());
        }
        List<JsonNode> templates = new ArrayList<>();
        if (node.isArray()) {
            node.forEach(templates::add);
        }
        return templates.stream()
                .filter(named -> named.path("name").asString("").equals("default"))
                .map(named -> named.path("template").asString(""))
                .filter(text -> !text.isEmpty())
                .findFirst();
    }
}
