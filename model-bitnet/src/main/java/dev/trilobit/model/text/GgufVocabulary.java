package dev.trilobit.model.text;

import dev.trilobit.model.file.GgufMetadata;
import dev.trilobit.model.file.ModelFormatException;
import java.util.HashSet;
import java.util.List;
import java.util.OptionalInt;
import java.util.Set;

/**
 * Reads the tokenizer in the metadata of a GGUF file. Source: the keys {@code tokenizer.ggml.*} in
 * the documentation of GGUF, and how llama.cpp writes and reads them.
 */
final class GgufVocabulary {
    /** The key of the tokenizer's kind; a file without it has no tokenizer. */
    static final String MODEL = "tokenizer.ggml.model";

    static final String ADD_BOS = "tokenizer.ggml.add_bos_token";

    private static final String PRE = "tokenizer.ggml.pre";
    private static final String TOKENS = GgufTokenIds.TOKENS;
    private static final String TYPES = "tokenizer.ggml.token_type";
    private static final String SCORES = "tokenizer.ggml.scores";
    private static final String MERGES = "tokenizer.ggml.merges";
    private static final String SPACE_IN_FRONT = "tokenizer.ggml.add_space_prefix";
    private static final String COLLAPSE_SPACES = "tokenizer.ggml.remove_extra_whitespaces";
    private static final String CHARACTERS = "tokenizer.ggml.precompiled_charsmap";

    private static final String NO_VOCABULARY = "no_vocab";
    private static final String BYTE_PAIRS = "gpt2";
    private static final String SENTENCE_PIECE = "llama";

    /** Llama 3's vocabulary, which BitNet-2B has. */
    private static final int LLAMA3_SIZE = 128_256;

    private static final int LLAMA3_BOS = 128_000;

    private final GgufMetadata metadata;
    private final String label;
    private final PieceTable table;

    private GgufVocabulary(GgufMetadata metadata) {
        this.metadata = metadata;
        this.label = metadata.label();
        this.table = readTable();
    }

    /** Tells whether there is a tokenizer; some writers say in a word that there is none. */
    static boolean isIn(GgufMetadata metadata) {
        return metadata.has(MODEL)
                && !metadata.string(MODEL).map(NO_VOCABULARY::equals).orElse(false);
    }

    /**
     * Reads the tokenizer.
     *
     * @throws ModelFormatException if it is wrong, or of a kind that is not supported
     */
    static TokenizerSource read(GgufMetadata metadata) {
        String model = metadata.string(MODEL).orElse("");
        if (!model.equals(BYTE_PAIRS) && !model.equals(SENTENCE_PIECE)) {
            throw new ModelFormatException(
                    metadata.label(),
                    "%s: the tokenizer \"%s\" is not supported, only %s (byte-pair encoding) and %s"
                                    .formatted(MODEL, model, BYTE_PAIRS, SENTENCE_PIECE)
                            + " (SentencePiece)");
        }
        GgufVocabulary vocabulary = new GgufVocabulary(metadata);
        return model.equals(BYTE_PAIRS) ? vocabulary.bytePairs() : vocabulary.sentencePiece();
    }

    private PieceTable readTable() {
        List<String> tokens = metadata.strings(TOKENS);
        int[] types = metadata.integers(TYPES);
        float[] scores = metadata.numbers(SCORES);
        requireSize(TYPES, types.length, tokens.size());
        requireSize(SCORES, scores.length, tokens.size());
        PieceTable.Builder builder = new PieceTable.Builder(label);
        Set<String> seen = new HashSet<>(2 * tokens.size());
        for (int id = 0; id < tokens.size(); id++) {
            TokenKind kind = types.length == 0 ? TokenKind.NORMAL : kind(types[id], id);
            String token = tokens.get(id);
            if (!seen.add(token) && kind != TokenKind.UNUSED && !token.isEmpty()) {
                throw new ModelFormatException(
                        label, "%s: token %d \"%s\" comes twice".formatted(TOKENS, id, token));
            }
            builder.add(token, scores.length == 0 ? 0 : scores[id], kind);
        }
        return builder.build();
    }

    private void requireSize(String key, int size, int tokens) {
        if (size != 0 && size != tokens) {
            throw new ModelFormatException(
                    label, "%s: expected %d entries, got %d".formatted(key, tokens, size));
        }
    }

    private TokenKind kind(int number, int id) {
        return TokenKind.numbered(number)
                .orElseThrow(
                        () ->
                                new ModelFormatException(
                                        label,
                                        "%s: token %d has the type %d, expected 0 to 6"
                                                .formatted(TYPES, id, number)));
    }

    private TokenizerSource bytePairs() {
        PreTokenizer rule = rule();
        return new BytePairVocabulary(
                label,
                table,
                metadata.strings(MERGES),
                rule,
                inFront(rule.traits().startsWithBos()));
    }

    /**
     * Finds the rule. The converter of bitnet.cpp names none, and the published file of BitNet-2B
     * is such a one: its vocabulary is Llama 3's, which is cut by Llama 3's rule.
     */
    private PreTokenizer rule() {
        boolean llama3 =
                table.size() == LLAMA3_SIZE && table.piece(LLAMA3_BOS).equals("<|begin_of_text|>");
        PreTokenizer unnamed = llama3 ? PreTokenizer.LLAMA3 : PreTokenizer.DEFAULT;
        return metadata.string(PRE)
                .filter(name -> !name.isEmpty())
                .map(name -> PreTokenizer.named(name, label))
                .orElse(unnamed);
    }

    private TokenizerSource sentencePiece() {
        var rules =
                new SentencePieceNormalizer.Rules(
                        metadata.flag(SPACE_IN_FRONT).orElse(true),
                        metadata.flag(COLLAPSE_SPACES).orElse(false),
                        true);
        return new SentencePieceModel(
                label,
                table,
                rules,
                CharacterMap.read(metadata.bytes(CHARACTERS), label),
                new SentencePieceModel.Extras(
                        SentencePieceEncoder.Prefixing.EACH_PART, List.of(), inFront(true)));
    }

    private List<Integer> inFront(boolean unlessSaid) {
        OptionalInt bos = GgufTokenIds.find(metadata, GgufTokenIds.BOS, table.size());
        boolean wanted = metadata.flag(ADD_BOS).orElse(unlessSaid);
        return wanted && bos.isPresent() ? List.of(bos.getAsInt()) : List.of();
    }
}
