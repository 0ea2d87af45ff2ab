package dev.trilobit.model.text;

import dev.trilobit.model.file.GgufMetadata;
import dev.trilobit.model.file.GgufMetadataBuilder;
import dev.trilobit.model.file.MetadataType;
import java.util.ArrayList;
import java.util.List;
import tools.jackson.databind.JsonNode;

/** Makes the tokenizer keys of GGUF files from tokenizers of other forms. */
final class GgufTokens {
    static final String LABEL = "test.gguf";

    private GgufTokens() {}

    static List<String> strings(JsonNode array) {
        List<String> strings = new ArrayList<>();
        array.forEach(node -> strings.add(node.asString()));
        return strings;
    }

    /** A recorded vocabulary, {@code bpe-<pre>.json}. */
    static GgufMetadataBuilder recorded(String pre) {
        JsonNode recorded = TextResources.json("bpe-" + pre + ".json");
        return GgufMetadata.builder(LABEL)
                .string("tokenizer.ggml.model", "gpt2")
                .string("tokenizer.ggml.pre", recorded.path("pre").asString())
                .strings("tokenizer.ggml.tokens", strings(recorded.path("tokens")))
                .integers(
                        "tokenizer.ggml.token_type",
                        MetadataType.INT32,
                        TextResources.ints(recorded.path("types")))
                .strings("tokenizer.ggml.merges", strings(recorded.path("merges")));
    }

    /**
     * A tokenizer.json of a byte-level BPE model as llama.cpp's converter writes it: added tokens
     * are control tokens if they are special or look like it, else of the user; gaps are padding.
     */
    static GgufMetadataBuilder converted(JsonNode tokenizerJson, String pre, int size) {
        String[] tokens = new String[size];
        int[] types = new int[size];
        for (int id = 0; id < size; id++) {
            tokens[id] = "[PAD" + id + "]";
            types[id] = 5;
        }
        tokenizerJson
                .path("model")
                .path("vocab")
                .properties()
                .forEach(
                        entry -> {
                            tokens[entry.getValue().asInt()] = entry.getKey();
                            types[entry.getValue().asInt()] = 1;
                        });
        for (JsonNode added : tokenizerJson.path("added_tokens")) {
            String content = added.path("content").asString();
            boolean control =
                    added.path("special").asBoolean()
                            || (content.startsWith("<|") && content.endsWith("|>"));
            tokens[added.path("id").asInt()] = content;
            types[added.path("id").asInt()] = control ? 3 : 4;
        }
        List<String> merges = new ArrayList<>();
        for (JsonNode merge : tokenizerJson.path("model").path("merges")) {
            merges.add(merge.isArray() ? String.join(" ", strings(merge)) : merge.asString());
        }
        return GgufMetadata.builder(LABEL)
                .string("tokenizer.ggml.model", "gpt2")
                .string("tokenizer.ggml.pre", pre)
                .strings("tokenizer.ggml.tokens", List.of(tokens))
                .integers("tokenizer.ggml.token_type", MetadataType.INT32, types)
                .strings("tokenizer.ggml.merges", merges);
    }

    /** A SentencePiece model with its normalizer's switches. */
    static GgufMetadataBuilder sentencePiece(SentencePieceFile.Content model) {
        List<String> tokens = new ArrayList<>();
        int[] types = new int[model.table().size()];
        float[] scores = new float[model.table().size()];
        for (int id = 0; id < types.length; id++) {
            tokens.add(model.table().piece(id));
            scores[id] = model.table().score(id);
            types[id] =
                    switch (model.table().kind(id)) {
                        case NORMAL -> 1;
                        case UNKNOWN -> 2;
                        case CONTROL -> 3;
                        case USER_DEFINED -> 4;
                        case UNUSED -> 5;
                        case BYTE -> 6;
                    };
        }
        return GgufMetadata.builder(LABEL)
                .string("tokenizer.ggml.model", "llama")
                .string("tokenizer.ggml.pre", "default")
                .strings("tokenizer.ggml.tokens", tokens)
                .float32s("tokenizer.ggml.scores", scores)
                .integers("tokenizer.ggml.token_type", MetadataType.INT32, types)
                .flag("tokenizer.ggml.add_space_prefix", model.normalization().spaceInFront())
                .flag(
                        "tokenizer.ggml.remove_extra_whitespaces",
                        model.normalization().collapseSpaces());
    }

    static TextCodec open(GgufMetadataBuilder metadata) {
        return TextCodec.open(new GgufText(metadata.build()));
    }
}
