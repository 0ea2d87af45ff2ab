package dev.trilobit.model.text;

import dev.trilobit.model.file.ModelFormatException;
import dev.trilobit.model.text.PieceEncoder.Place;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.function.IntPredicate;

/**
 * Text to token ids and back. Safe for use by several threads; {@link #close} frees what is native.
 *
 * <p>A token is special when the file says so ({@code "special": true}), or when the model's other
 * files name it as one that starts, ends or pads a text. Added tokens that are neither, such as
 * Qwen's {@code <think>}, are part of ordinary text in both directions.
 */
public final class Tokenizer implements AutoCloseable {
    private static final byte[] NO_BYTES = {};

    private final String label;
    private final PieceEncoder encoder;
    private final AddedTokens added;
    private final String[] pieces;
    private final PieceDecoding decoding;
    private final int vocabularySize;
    private final Optional<List<Integer>> addedInFront;
    private final OptionalInt unknown;

    private Tokenizer(TokenizerSource source) {
        this.label = source.label();
        this.added = source.addedTokens();
        this.pieces = source.pieces();
        this.decoding = source.decoding();
        this.vocabularySize =
                Math.max(
                        pieces.length,
                        added.all().stream().mapToInt(token -> token.id() + 1).max().orElse(0));
        this.addedInFront = source.addedInFront();
        this.unknown = source.unknown();
        this.encoder = source.newEncoder();
    }

    /** Shares everything with {@code other} but the added tokens. */
    private Tokenizer(Tokenizer other, AddedTokens added) {
        this.label = other.label;
        this.added = added;
        this.pieces = other.pieces;
        this.decoding = other.decoding;
        this.vocabularySize = other.vocabularySize;
        this.addedInFront = other.addedInFront;
        this.unknown = other.unknown;
        this.encoder = other.encoder;
    }

    /**
     * Returns this tokenizer with further special tokens, whatever its file calls them and also
     * where they are pieces only; ids that nothing has are left out. A token of one character stays
     * ordinary: users could not write that character any more.
     *
     * @return shares the encoder; either may be closed, and both are then
     */
    Tokenizer withSpecial(Set<Integer> ids) {
        var tokens = new ArrayList<AddedToken>();
        for (AddedToken token : added.all()) {
            boolean named = ids.contains(token.id()) && isLong(token.content());
            tokens.add(named ? token.asSpecial() : token);
        }
        for (int id : ids) {
            if (id < pieces.length && added.find(id).isEmpty() && isLong(pieces[id])) {
                tokens.add(new AddedToken(id, pieces[id], true, false, false, false));
            }
        }
        return new Tokenizer(this, new AddedTokens(tokens));
    }

    private static boolean isLong(String token) {
        return token.codePointCount(0, token.length()) > 1;
    }

    /** Returns the ids the file's post-processor puts in front; empty without a post-processor. */
    Optional<List<Integer>> addedInFront() {
        return addedInFront;
    }

    /**
     * Opens a {@code tokenizer.json} (Hugging Face). The bytes are copied.
     *
     * @param tokenizerJson the file's bytes, UTF-8
     * @param label the file's name in messages
     * @throws ModelFormatException if the file is not a tokenizer that we understand
     * @throws IllegalStateException if the native library does not run on this machine
     */
    public static Tokenizer open(MemorySegment tokenizerJson, String label) {
        byte[] json = tokenizerJson.toArray(ValueLayout.JAVA_BYTE);
        return open(TokenizerFile.read(json, label));
    }

    /**
     * Opens a tokenizer.
     *
     * @throws ModelFormatException if the vocabulary is wrong
     * @throws IllegalStateException if a native library does not run on this machine
     */
    static Tokenizer open(TokenizerSource source) {
        return new Tokenizer(source);
    }

    /**
     * Encodes ordinary text: strings that look like special tokens stay text, and no token is added
     * in front.
     *
     * @param text any string; unpaired surrogates count as U+FFFD
     * @throws ModelFormatException if the vocabulary lacks what the text needs
     * @throws IllegalArgumentException if the text has millions of whitespace characters in a row
     * @throws IllegalStateException if this is closed
     */
    public int[] encode(String text) {
        return encode(text, (token, start, end) -> !token.special());
    }

    /**
     * Encodes ordinary text that goes on where another text ended: unlike {@link #encode} it never
     * puts a space in front of it.
     *
     * @param text any string; unpaired surrogates count as U+FFFD
     * @throws ModelFormatException if the vocabulary lacks what the text needs
     * @throws IllegalArgumentException if the text has millions of whitespace characters in a row
     * @throws IllegalStateException if this is closed
     */
    public int[] encodeMore(String text) {
        return encode(text, (token, start, end) -> !token.special(), Place.INSIDE);
    }

    /** Encodes {@code text}; the added tokens that {@code filter} accepts become their ids. */
    int[] encode(String text, AddedTokens.Filter filter) {
        return encode(text, filter, Place.START);
    }

    private int[] encode(String text, AddedTokens.Filter filter, Place start) {
        IntList ids = new IntList();
        Place place = start;
        for (AddedTokens.Part part : added.split(wellFormed(text), filter)) {
            switch (part) {
                case AddedTokens.Match(AddedToken token) -> ids.add(token.id());
                case AddedTokens.Plain(String plain) -> ids.addAll(encodePieces(plain, place));
            }
            place = Place.AFTER_TOKEN;
        }
        return ids.toArray();
    }

    /**
     * Encodes text without added tokens. Some vocabularies hold special tokens as pieces too, where
     * the model could assemble them from text: then the text is cut inside those strings.
     */
    private int[] encodePieces(String text, Place place) {
        int[] ids = encoder.encode(text, place);
        IntPredicate special = id -> isSpecial(id) && id != unknown.orElse(-1);
        if (Arrays.stream(ids).noneMatch(special)) {
            return ids;
        }
        IntList apart = new IntList();
        int done = 0;
        for (int at = 1; at <= text.length(); at++) {
            if (at == text.length() || startsSpecial(text, at - 1)) {
                Place here = done == 0 ? place : Place.INSIDE;
                apart.addAll(encoder.encode(text.substring(done, at), here));
                done = at;
            }
        }
        return Arrays.stream(apart.toArray()).filter(special.negate()).toArray();
    }

    private boolean startsSpecial(String text, int at) {
        return added.all().stream()
                .anyMatch(token -> token.special() && text.startsWith(token.content(), at));
    }

    /**
     * Decodes a whole text; special tokens and ids beyond the vocabulary give none.
     *
     * @throws IllegalArgumentException if an id is negative
     */
    public String decode(int[] ids) {
        StreamingDecoder decoder = newDecoder();
        StringBuilder text = new StringBuilder();
        for (int id : ids) {
            text.append(decoder.accept(id));
        }
        return text.append(decoder.flush()).toString();
    }

    /** Returns a decoder for the start of a text. */
    public StreamingDecoder newDecoder() {
        return new StreamingDecoder(this);
    }

    /** Returns the id of a special token, such as {@code <|eot_id|>}. */
    public OptionalInt specialId(String token) {
        return added.find(token)
                .filter(AddedToken::special)
                .map(found -> OptionalInt.of(found.id()))
                .orElse(OptionalInt.empty());
    }

    /** Tells whether {@code id} is a special token. */
    public boolean isSpecial(int id) {
        return added.isSpecial(id);
    }

    /** Returns the largest id plus one; a model's own vocabulary may be padded beyond it. */
    public int vocabularySize() {
        return vocabularySize;
    }

    /** Frees what is native. Idempotent. Decoding goes on to work. */
    @Override
    public void close() {
        encoder.close();
    }

    /** Finds a token by its exact string, special or not. */
    OptionalInt find(String token) {
        Optional<AddedToken> whole = added.find(token);
        if (whole.isPresent()) {
            return OptionalInt.of(whole.get().id());
        }
        for (int id = 0; id < pieces.length; id++) {
            if (pieces[id].equals(token)) {
                return OptionalInt.of(id);
            }
        }
        return OptionalInt.empty();
    }

    /** Returns the UTF-8 bytes that {@code id} stands for; none for a special token. */
    byte[] bytes(int id) {
        if (id < 0) {
            throw new IllegalArgumentException("%s: token %d".formatted(label, id));
        }
        Optional<AddedToken> found = added.find(id);
        if (found.isPresent()) {
            AddedToken token = found.get();
            return token.special() ? NO_BYTES : token.content().getBytes(StandardCharsets.UTF_8);
        }
        // Models pad their vocabulary, so a sampler can meet ids that no piece has.
        return id < pieces.length ? decoding.bytes(pieces[id]) : NO_BYTES;
    }

    /** Returns the exact string of a token; empty beyond the vocabulary. */
    String content(int id) {
        return added.find(id)
                .map(AddedToken::content)
                .orElseGet(() -> id < pieces.length ? pieces[id] : "");
    }

    int leadingSpaces() {
        return decoding.leadingSpaces();
    }

    private static String wellFormed(String text) {
        for (int i = 0; i < text.length(); i++) {
            if (Character.isSurrogate(text.charAt(i))) {
                return text.codePoints()
                        .map(c -> c >= 0xD800 && c <= 0xDFFF ? 0xFFFD : c)
                        .collect(
                                StringBuilder::new,
                                StringBuilder::appendCodePoint,
                                StringBuilder::append)
                        .toString();
            }
        }
        return text;
    }
}
