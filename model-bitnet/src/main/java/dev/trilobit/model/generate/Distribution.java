package dev.trilobit.model.generate;

import java.util.Arrays;
import java.util.random.RandomGenerator;

/**
 * Probabilities of the next token: those that can come, by rising id, summing to 1. Filled by
 * {@link Sampler#distribution}; reused from token to token. Not safe for threads.
 */
public final class Distribution {
    private int[] tokens = new int[64];
    private double[] probabilities = new double[64];
    private int size;

    /** Starts empty. */
    public Distribution() {}

    /** Returns the number of tokens whose probability is not filtered away. */
    public int size() {
        return size;
    }

    /** Returns the token id at {@code index} from 0 to {@link #size} - 1; ids rise. */
    public int token(int index) {
        return tokens[index];
    }

    /** Returns the probability at {@code index} from 0 to {@link #size} - 1. */
    public double probability(int index) {
        return probabilities[index];
    }

    /** Returns the probability of a token id; 0 if it cannot come. */
    public double probabilityOf(int token) {
        int index = Arrays.binarySearch(tokens, 0, size, token);
        return index < 0 ? 0 : probabilities[index];
    }

    /**
     * Draws a token. Takes one number from {@code random}, also when there is no choice.
     *
     * @throws IllegalStateException if this was never filled
     */
    public int draw(RandomGenerator random) {
        if (size == 0) {
            throw new IllegalStateException("an empty distribution: nothing to draw from");
        }
        double rest = random.nextDouble();
        for (int i = 0; i < size; i++) {
            rest -= probabilities[i];
            if (rest < 0) {
                return tokens[i];
            }
        }
        return lastPossible();
    }

    /** What rounding of the sum leaves over falls to the last token that can come. */
    private int lastPossible() {
        int last = size - 1;
        while (last > 0 && probabilities[last] == 0) {
            last--;
        }
        return tokens[last];
    }

    /** Drops all. */
    void clear() {
        size = 0;
    }

    /** Appends a token; its id is above the last one's. */
    void add(int token, double weight) {
        if (size == tokens.length) {
            tokens = Arrays.copyOf(tokens, size * 2);
            probabilities = Arrays.copyOf(probabilities, size * 2);
        }
        tokens[size] = token;
        probabilities[size++] = weight;
    }

    /** Divides by the sum. */
    void normalize() {
        double total = 0;
        for (int i = 0; i < size; i++) {
            total += probabilities[i];
        }
        for (int i = 0; i < size; i++) {
            probabilities[i] /= total;
        }
    }
}
