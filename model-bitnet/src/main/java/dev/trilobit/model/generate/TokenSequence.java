package dev.trilobit.model.generate;

import java.util.Arrays;
import java.util.Objects;

/** A growing list of token ids, of which the last ones are generated. Not safe for threads. */
public final class TokenSequence {
    private int[] tokens = new int[64];
    private int size;
    private int generatedFrom;

    /** Starts empty. */
    public TokenSequence() {}

    /** Returns the number of tokens. */
    public int size() {
        return size;
    }

    /**
     * Returns a token.
     *
     * @throws IndexOutOfBoundsException if there is none at {@code index}
     */
    public int get(int index) {
        return tokens[Objects.checkIndex(index, size)];
    }

    /** Returns the index of the first generated token; {@link #size} if there is none yet. */
    public int generatedFrom() {
        return generatedFrom;
    }

    /** Appends a token. */
    public void append(int token) {
        if (size == tokens.length) {
            tokens = Arrays.copyOf(tokens, size * 2);
        }
        tokens[size++] = token;
    }

    /** Makes the tokens so far the prompt: those appended from here on are generated. */
    public void beginGenerated() {
        generatedFrom = size;
    }

    /**
     * Drops all tokens from {@code newSize} on.
     *
     * @throws IllegalArgumentException if it is negative or above the size
     */
    public void truncate(int newSize) {
        if (newSize < 0 || newSize > size) {
            throw new IllegalArgumentException(
                    "truncate to %d tokens: expected 0 to %d".formatted(newSize, size));
        }
        size = newSize;
        generatedFrom = Math.min(generatedFrom, newSize);
    }

    /** Returns how many tokens at the beginning are the same as those of {@code other}. */
    public int commonPrefix(int[] other) {
        int mismatch = Arrays.mismatch(tokens, 0, size, other, 0, other.length);
        return mismatch < 0 ? size : mismatch;
    }

    /** Returns a copy of the tokens from {@code from} to {@code to}. */
    public int[] copy(int from, int to) {
        Objects.checkFromToIndex(from, to, size);
        return Arrays.copyOfRange(tokens, from, to);
    }
}
