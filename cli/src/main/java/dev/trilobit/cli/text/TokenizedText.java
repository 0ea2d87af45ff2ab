package dev.trilobit.cli.text;

import dev.trilobit.cli.load.DecoderFiles;
import dev.trilobit.model.file.ModelFormatException;
import dev.trilobit.model.text.TextCodec;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalInt;

/**
 * A text as one model reads it, to be cut into chunks. As in llama.cpp, the whole text is encoded
 * at once, the model's start token in front if it wants one, and a chunk begins with the start
 * token too: it takes the place of the chunk's first token.
 */
public final class TokenizedText {
    private final int[] tokens;
    private final OptionalInt start;

    /**
     * Wraps ids.
     *
     * @param start the token that every chunk begins with, if any
     */
    TokenizedText(int[] tokens, OptionalInt start) {
        this.tokens = tokens;
        this.start = start;
    }

    /**
     * Encodes a text as {@link #of(List, DecoderFiles)} does.
     *
     * @param text strings in it that look like special tokens stay text
     */
    public static TokenizedText of(String text, DecoderFiles files) {
        return of(List.of(text), files).getFirst();
    }

    /**
     * Encodes texts as a model's files say.
     *
     * @param texts strings in them that look like special tokens stay text
     * @throws ModelFormatException if there is no tokenizer, or it gives ids that the model does
     *     not know
     * @throws dev.trilobit.cli.io.CommandFailedException if the tokenizer does not run on this
     *     machine
     */
    public static List<TokenizedText> of(List<String> texts, DecoderFiles files) {
        try (TextCodec codec = files.openText()) {
            List<TokenizedText> encoded = texts.stream().map(text -> of(text, codec)).toList();
            requireKnown(encoded.stream().map(text -> text.tokens).toList(), files);
            return encoded;
        }
    }

    /**
     * Requires that a model knows all ids; a tokenizer may have more tokens than the model beside
     * it.
     *
     * @throws ModelFormatException if it does not
     */
    public static void requireKnown(List<int[]> ids, DecoderFiles files) {
        int largest = ids.stream().flatMapToInt(Arrays::stream).max().orElse(0);
        if (largest >= files.vocabulary()) {
            throw new ModelFormatException(
                    files.label(),
                    "the tokenizer gives token %d, the model's ids are 0 to %d"
                            .formatted(largest, files.vocabulary() - 1));
        }
    }

    /**
     * Encodes a text.
     *
     * @param text strings in it that look like special tokens stay text
     */
    public static TokenizedText of(String text, TextCodec codec) {
        // A model that wants a start token puts it before nothing, too.
        int[] before = codec.encodePrompt("");
        return new TokenizedText(
                codec.encodePrompt(text),
                before.length == 0 ? OptionalInt.empty() : OptionalInt.of(before[0]));
    }

    /** Returns the number of ids, the start token included. */
    public int size() {
        return tokens.length;
    }

    /**
     * Returns the chunks one after another; the last may be shorter, but a single token only if it
     * is the whole text.
     *
     * @param chunkTokens most tokens of a chunk, from 1
     * @param most chunks to return
     */
    public List<int[]> chunks(int chunkTokens, int most) {
        var chunks = new ArrayList<int[]>();
        for (int from = 0; from < tokens.length && chunks.size() < most; from += chunkTokens) {
            int to = Math.min(from + chunkTokens, tokens.length);
            if (to - from > 1 || from == 0 || chunkTokens == 1) {
                chunks.add(beginning(from, to));
            }
        }
        return chunks;
    }

    /** The tokens of a chunk, its first replaced by the start token. */
    private int[] beginning(int from, int to) {
        int[] chunk = Arrays.copyOfRange(tokens, from, to);
        start.ifPresent(token -> chunk[0] = token);
        return chunk;
    }

    /**
     * Returns windows that overlap, each of {@code windowTokens} and beginning {@code stride}
     * tokens after the one before; none begins with a start token that the text does not have
     * there. The last one ends before the text does.
     *
     * @param most windows to return
     */
    public List<int[]> windows(int windowTokens, int stride, int most) {
        var windows = new ArrayList<int[]>();
        for (int from = 0;
                from + windowTokens < tokens.length && windows.size() < most;
                from += stride) {
            windows.add(Arrays.copyOfRange(tokens, from, from + windowTokens));
        }
        return windows;
    }

    /** Returns the first index at which the ids of two texts differ; empty if they are the same. */
    public OptionalInt difference(TokenizedText other) {
        int at = Arrays.mismatch(tokens, other.tokens);
        return at < 0 ? OptionalInt.empty() : OptionalInt.of(at);
    }

    /** Returns the id at {@code index} for a message; one past the last is the text's end. */
    public String describe(int index) {
        return index < tokens.length ? String.valueOf(tokens[index]) : "the end";
    }
}
