package dev.trilobit.model.text;

import dev.trilobit.model.file.ModelFormatException;
import dev.trilobit.model.file.StrictJson;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.databind.JsonNode;

/**
 * Reads what we need of a {@code tokenizer.json} in one pass, and makes the file for the library.
 *
 * <p>The library gets the file without added tokens, post-processor, decoder, truncation and
 * padding: added tokens are matched here, where it is known which text may become a control token,
 * and nothing is put in front or cut off behind our back. What is left is checked by {@link
 * LibraryLimits}.
 */
final class TokenizerFile implements TokenizerSource {
    /** A larger id is a broken or hostile file; the largest vocabularies have 262 144 pieces. */
    private static final int MAX_ID = 1 << 22;

    private static final Set<String> LEFT_OUT =
            Set.of("added_tokens", "post_processor", "truncation", "padding", "decoder");

    private final byte[] json;
    private final String label;
    private final LibraryLimits limits;
    private final ByteArrayOutputStream plain = new ByteArrayOutputStream();
    private final List<AddedToken> added = new ArrayList<>();
    private String[] pieces = {};
    private int pieceCount;
    private int copied;
    private boolean merges;
    private boolean prefixed;
    private PieceDecoding decoding;
    private Optional<List<Integer>> addedInFront = Optional.empty();

    private TokenizerFile(byte[] json, String label) {
        this.json = json;
        this.label = label;
        this.limits = new LibraryLimits(label);
        this.decoding = DecoderSpec.none();
    }

    /**
     * Reads a file.
     *
     * @throws ModelFormatException if it is not a tokenizer.json that we understand
     */
    static TokenizerFile read(byte[] json, String label) {
        TokenizerFile file = new TokenizerFile(json, label);
        try (JsonParser parser = StrictJson.parser(json)) {
            file.readTop(parser);
        } catch (JacksonException e) {
            throw new ModelFormatException(label, "not JSON: " + e.getOriginalMessage(), e);
        }
        return file;
    }

    @Override
    public String label() {
        return label;
    }

    @Override
    public PieceEncoder newEncoder() {
        return NativeTokenizer.open(plain.toString(StandardCharsets.UTF_8), label);
    }

    @Override
    public AddedTokens addedTokens() {
        return new AddedTokens(added);
    }

    /** Returns the pieces by id, added tokens apart. */
    @Override
    public String[] pieces() {
        return Arrays.copyOf(pieces, pieceCount);
    }

    @Override
    public PieceDecoding decoding() {
        return decoding;
    }

    /** Returns the ids that the post-processor puts in front; empty without a post-processor. */
    @Override
    public Optional<List<Integer>> addedInFront() {
        return addedInFront;
    }

    private void readTop(JsonParser parser) {
        if (parser.nextToken() != JsonToken.START_OBJECT) {
            throw new ModelFormatException(label, "expected a JSON object");
        }
        for (String name = parser.nextName(); name != null; name = parser.nextName()) {
            JsonToken value = parser.nextToken();
            int start = Math.toIntExact(parser.currentTokenLocation().getByteOffset());
            switch (name) {
                case "model" -> readModel(parser);
                case "added_tokens" -> readAdded(parser.readValueAsTree());
                case "post_processor" ->
                        addedInFront = PostProcessor.addedInFront(parser.readValueAsTree());
                case "normalizer" -> limits.checkNormalizer(parser.readValueAsTree());
                case "pre_tokenizer" -> limits.checkPreTokenizer(parser.readValueAsTree());
                case "decoder" -> decoding = DecoderSpec.read(parser.readValueAsTree(), label);
                default -> parser.skipChildren();
            }
            if (LEFT_OUT.contains(name) && value.isStructStart()) {
                int end = Math.toIntExact(parser.currentLocation().getByteOffset());
                plain.write(json, copied, start - copied);
                plain.writeBytes(
                        (value == JsonToken.START_ARRAY ? "[]" : "null")
                                .getBytes(StandardCharsets.US_ASCII));
                copied = end;
            }
        }
        plain.write(json, copied, json.length - copied);
        if (pieceCount == 0) {
            throw new ModelFormatException(label, "model.vocab is missing or empty");
        }
    }

    private void readModel(JsonParser parser) {
        if (parser.currentToken() != JsonToken.START_OBJECT) {
            throw new ModelFormatException(label, "model: expected an object");
        }
        for (String name = parser.nextName(); name != null; name = parser.nextName()) {
            JsonToken value = parser.nextToken();
            if (name.equals("merges")) {
                merges = true;
            } else if (name.equals("continuing_subword_prefix")) {
                prefixed |= value == JsonToken.VALUE_STRING && !parser.getString().isEmpty();
            }
            if (merges && prefixed) {
                throw new ModelFormatException(
                        label, "model: merges with a continuing_subword_prefix are not supported");
            }
            if (name.equals("vocab") && value == JsonToken.START_OBJECT) {
                readVocabulary(parser);
            } else if (name.equals("vocab") && value == JsonToken.START_ARRAY) {
                readScoredVocabulary(parser);
            } else {
                parser.skipChildren();
            }
        }
    }

    /** BPE, WordPiece: {@code {"piece": id}}. */
    private void readVocabulary(JsonParser parser) {
        for (String piece = parser.nextName(); piece != null; piece = parser.nextName()) {
            if (parser.nextToken() != JsonToken.VALUE_NUMBER_INT) {
                throw new ModelFormatException(
                        label, "model.vocab: the id of \"%s\" is no integer".formatted(piece));
            }
            put(parser.getLongValue(), piece);
        }
    }

    /** Unigram: {@code [["piece", score]]}, the id is the index. */
    private void readScoredVocabulary(JsonParser parser) {
        int id = 0;
        while (parser.nextToken() == JsonToken.START_ARRAY) {
            parser.nextToken();
            put(id++, parser.getString());
            while (parser.nextToken() != JsonToken.END_ARRAY) {
                parser.skipChildren();
            }
        }
    }

    private void put(long id, String piece) {
        int index = checked(id, piece);
        if (index > json.length) {
            // Ids have few gaps, so that a table of them is no larger than the file.
            throw new ModelFormatException(
                    label,
                    "the id of \"%s\" is %d, expected less than the %d bytes of the file"
                            .formatted(piece, id, json.length));
        }
        if (index >= pieces.length) {
            int length = pieces.length;
            pieces = Arrays.copyOf(pieces, Math.max(index + 1, 2 * length));
            Arrays.fill(pieces, length, pieces.length, "");
        }
        pieces[index] = piece;
        pieceCount = Math.max(pieceCount, index + 1);
    }

    private int checked(long id, String piece) {
        if (id < 0 || id > MAX_ID) {
            throw new ModelFormatException(
                    label, "the id of \"%s\" is %d, expected 0 to %d".formatted(piece, id, MAX_ID));
        }
        return (int) id;
    }

    private void readAdded(JsonNode tokens) {
        for (JsonNode token : tokens) {
            String content = token.path("content").asString("");
            if (content.isEmpty() || !token.path("id").isIntegralNumber()) {
                throw new ModelFormatException(
                        label, "added_tokens: expected id and content, got " + token);
            }
            added.add(
                    new AddedToken(
                            checked(token.path("id").asLong(), content),
                            content,
                            token.path("special").asBoolean(false),
                            token.path("lstrip").asBoolean(false),
                            token.path("rstrip").asBoolean(false),
                            token.path("single_word").asBoolean(false)));
        }
    }
}
