package dev.trilobit.model.text;

import dev.trilobit.model.file.GgufMetadata;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import tools.jackson.databind.ObjectMapper;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/**
 * Writes the tokenizer and chat template of a GGUF file as the files of a Hugging Face folder:
 * tokenizer.json of a byte-level one, tokenizer.model of SentencePiece, tokenizer_config.json and
 * generation_config.json.
 */
public final class HuggingFaceTextWriter {
    private final GgufMetadata metadata;
    private final Path folder;
    private final ObjectMapper mapper = JsonMapper.shared();

    private HuggingFaceTextWriter(GgufMetadata metadata, Path folder) {
        this.metadata = metadata;
        this.folder = folder;
    }

    /**
     * Writes the files; without a tokenizer in the metadata it writes none.
     *
     * @param folder is there
     * @throws dev.trilobit.model.file.ModelFormatException if the tokenizer is wrong or not
     *     supported
     */
    public static void write(GgufMetadata metadata, Path folder) throws IOException {
        if (GgufVocabulary.isIn(metadata)) {
            new HuggingFaceTextWriter(metadata, folder).write();
        }
    }

    private void write() throws IOException {
        switch (GgufVocabulary.read(metadata)) {
            case BytePairVocabulary bytePairs -> {
                writeJson("tokenizer.json", tokenizer(bytePairs));
                writeFacts(bytePairs, "PreTrainedTokenizerFast");
            }
            case SentencePieceModel model -> {
                int vocabulary = model.table().size();
                Files.write(
                        folder.resolve("tokenizer.model"),
                        SentencePieceBytes.of(model, id("bos", vocabulary), id("eos", vocabulary)));
                writeFacts(model, "LlamaTokenizer");
            }
            case TokenizerFile file ->
                    throw new IllegalStateException(file.label() + " is not of a GGUF file");
        }
    }

    private void writeJson(String file, Object content) throws IOException {
        Files.writeString(
                folder.resolve(file),
                mapper.writerWithDefaultPrettyPrinter().writeValueAsString(content) + "\n");
    }

    /** Finds a token by its name in the keys: {@code bos}, {@code eos}, {@code padding}. */
    private OptionalInt id(String name, long vocabulary) {
        return GgufTokenIds.find(metadata, GgufTokenIds.PREFIX + name + "_token_id", vocabulary);
    }

    /** The file for the library, with what it leaves out: added tokens, start token, decoder. */
    private ObjectNode tokenizer(BytePairVocabulary bytePairs) {
        ObjectNode root = (ObjectNode) mapper.readTree(bytePairs.json());
        var added = root.putArray("added_tokens");
        ObjectNode vocabulary = (ObjectNode) root.required("model").required("vocab");
        for (AddedToken token : bytePairs.addedTokens().all()) {
            vocabulary.put(token.content(), token.id());
            added.addObject()
                    .put("id", token.id())
                    .put("content", token.content())
                    .put("single_word", token.singleWord())
                    .put("lstrip", token.stripLeft())
                    .put("rstrip", token.stripRight())
                    .put("normalized", false)
                    .put("special", token.special());
        }
        root.putObject("decoder")
                .put("type", "ByteLevel")
                .put("add_prefix_space", true)
                .put("trim_offsets", true)
                .put("use_regex", true);
        if (!bytePairs.inFront().isEmpty()) {
            int id = bytePairs.inFront().getFirst();
            root.set("post_processor", inFront(bytePairs.table().piece(id), id));
        }
        return root;
    }

    private ObjectNode inFront(String token, int id) {
        ObjectNode processor = mapper.createObjectNode().put("type", "TemplateProcessing");
        for (String kind : List.of("single", "pair")) {
            var parts = processor.putArray(kind);
            List<String> sequences = kind.equals("single") ? List.of("A") : List.of("A", "B");
            for (int i = 0; i < sequences.size(); i++) {
                parts.addObject().putObject("SpecialToken").put("id", token).put("type_id", i);
                parts.addObject()
                        .putObject("Sequence")
                        .put("id", sequences.get(i))
                        .put("type_id", i);
            }
        }
        ObjectNode special = processor.putObject("special_tokens").putObject(token);
        special.put("id", token);
        special.putArray("ids").add(id);
        special.putArray("tokens").add(token);
        return processor;
    }

    private void writeFacts(TokenizerSource source, String tokenizerClass) throws IOException {
        try (Tokenizer tokenizer = Tokenizer.open(source)) {
            TextFacts facts = GgufFacts.read(metadata, tokenizer);
            Map<String, Object> config = new LinkedHashMap<>();
            config.put("tokenizer_class", tokenizerClass);
            facts.bos().ifPresent(id -> config.put("bos_token", tokenizer.content(id)));
            config.put("add_bos_token", facts.startsWithBos());
            int vocabulary = tokenizer.vocabularySize();
            id("eos", vocabulary).ifPresent(id -> config.put("eos_token", tokenizer.content(id)));
            id("padding", vocabulary)
                    .ifPresent(id -> config.put("pad_token", tokenizer.content(id)));
            id("unknown", vocabulary)
                    .ifPresent(id -> config.put("unk_token", tokenizer.content(id)));
            config.put("clean_up_tokenization_spaces", false);
            metadata.string(GgufFacts.TEMPLATE)
                    .or(() -> metadata.string(GgufFacts.DEFAULT_TEMPLATE))
                    .ifPresent(template -> config.put("chat_template", template));
            writeJson("tokenizer_config.json", config);
            Map<String, Object> generation = new LinkedHashMap<>();
            facts.bos().ifPresent(id -> generation.put("bos_token_id", id));
            if (!facts.endTokens().isEmpty()) {
                generation.put("eos_token_id", new ArrayList<>(facts.endTokens()));
            }
            writeJson("generation_config.json", generation);
        }
    }
}
