package dev.trilobit.model.text;

import dev.trilobit.model.file.ModelFormatException;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * A byte-level BPE vocabulary with its merges, as a GGUF file has them; encoded by the {@code
 * tokenizers} library, which gets it as a tokenizer.json.
 *
 * @param label the file's name in messages
 * @param table the tokens
 * @param merges pairs of pieces with a space between, best first
 * @param rule how text is cut
 * @param inFront the ids a text begins with
 */
record BytePairVocabulary(
        String label,
        PieceTable table,
        List<String> merges,
        PreTokenizer rule,
        List<Integer> inFront)
        implements TokenizerSource {
    private static final Set<TokenKind> MATCHED_WHOLE =
            EnumSet.of(TokenKind.CONTROL, TokenKind.UNKNOWN, TokenKind.USER_DEFINED);

    BytePairVocabulary {
        inFront = List.copyOf(inFront);
    }

    @Override
    public AddedTokens addedTokens() {
        return new AddedTokens(table.added(MATCHED_WHOLE));
    }

    @Override
    public String[] pieces() {
        return table.decodable();
    }

    @Override
    public PieceDecoding decoding() {
        return new PieceDecoding(true, false, List.of(), 0);
    }

    @Override
    public Optional<List<Integer>> addedInFront() {
        return Optional.of(inFront);
    }

    @Override
    public PieceEncoder newEncoder() {
        return NativeTokenizer.open(json(), label);
    }

    /** Returns the vocabulary in the form of the library; control tokens cannot come of text. */
    String json() {
        StringBuilder json = new StringBuilder(1 << 16);
        json.append("{\"version\":\"1.0\",\"added_tokens\":[],\"normalizer\":")
                .append(rule.traits().composes() ? "{\"type\":\"NFC\"}" : "null")
                .append(",\"pre_tokenizer\":{\"type\":\"Sequence\",\"pretokenizers\":[");
        for (String cut : rule.cuts()) {
            json.append("{\"type\":\"Split\",\"pattern\":{\"Regex\":");
            quote(cut, json);
            json.append("},\"behavior\":\"Isolated\",\"invert\":false},");
        }
        json.append("{\"type\":\"ByteLevel\",\"add_prefix_space\":false,\"trim_offsets\":true,")
                .append("\"use_regex\":false}]},\"post_processor\":null,\"decoder\":null,")
                .append("\"model\":{\"type\":\"BPE\",\"dropout\":null,\"unk_token\":null,")
                .append("\"fuse_unk\":false,\"byte_fallback\":false,\"ignore_merges\":")
                .append(rule.traits().wholePieces())
                .append(",\"vocab\":{");
        appendVocabulary(json);
        json.append("},\"merges\":[");
        appendMerges(json);
        return json.append("]}}").toString();
    }

    private void appendVocabulary(StringBuilder json) {
        String separator = "";
        for (int id = 0; id < table.size(); id++) {
            boolean encodable =
                    switch (table.kind(id)) {
                        case NORMAL, BYTE, USER_DEFINED -> !table.piece(id).isEmpty();
                        case UNKNOWN, CONTROL, UNUSED -> false;
                    };
            if (encodable) {
                json.append(separator);
                quote(table.piece(id), json);
                json.append(':').append(id);
                separator = ",";
            }
        }
    }

    private void appendMerges(StringBuilder json) {
        String separator = "";
        for (int rank = 0; rank < merges.size(); rank++) {
            String merge = merges.get(rank);
            int space = merge.indexOf(' ', 1);
            if (space < 0 || space == merge.length() - 1) {
                throw new ModelFormatException(
                        label,
                        "tokenizer.ggml.merges: entry %d: expected two pieces, got \"%s\""
                                .formatted(rank, merge));
            }
            json.append(separator).append('[');
            quote(merge.substring(0, space), json);
            json.append(',');
            quote(merge.substring(space + 1), json);
            json.append(']');
            separator = ",";
        }
    }

    private static void quote(String text, StringBuilder json) {
        json.append('"');
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            switch (c) {
                case '"', '\\' -> json.append('\\').append(c);
                default -> {
                    if (c < ' ') {
                        json.append("\\u%04x".formatted((int) c));
                    } else {
                        json.append(c);
                    }
                }
            }
        }
        json.append('"');
    }
}
