package dev.trilobit.conformance.op;

import java.util.Optional;

/** What a backend must make of a sequence, and how near it must come. */
final class Expected {
    private final int[] tokens;
    private final double[][] values;
    private final Allowance allowance;
    private final Counted counted;
    private final Optional<WholeSums> wholeSums;

    /** How far off a number may be. */
    @FunctionalInterface
    interface Allowance {
        /**
         * Returns the largest allowed difference.
         *
         * @param position of the token in the sequence
         * @param i element of the result
         * @param value what is expected there
         */
        double of(int position, int i, double value);
    }

    /** Which numbers count for the mean squared error. */
    @FunctionalInterface
    interface Counted {
        /** Tells whether element {@code i} at a position counts. */
        boolean includes(int position, int i);
    }

    /**
     * Holds what is expected.
     *
     * @param values [tokens][width]
     * @param counted leaves out numbers that cancel or overshadow others by design
     */
    Expected(int[] tokens, double[][] values, Allowance allowance, Counted counted) {
        this(tokens, values, allowance, counted, Optional.empty());
    }

    private Expected(
            int[] tokens,
            double[][] values,
            Allowance allowance,
            Counted counted,
            Optional<WholeSums> wholeSums) {
        this.tokens = tokens;
        this.values = values;
        this.allowance = allowance;
        this.counted = counted;
        this.wholeSums = wholeSums;
    }

    /** Expects every whole number times the unit of its token, and that it can be told exactly. */
    static Expected ofWholeSums(int[] tokens, WholeSums sums, Allowance allowance) {
        return new Expected(tokens, sums.products(), allowance, (_, _) -> true, Optional.of(sums));
    }

    /** Returns the whole numbers behind what is expected, if there are any. */
    Optional<WholeSums> wholeSums() {
        return wholeSums;
    }

    /** Returns a copy of the sequence. */
    int[] tokens() {
        return tokens.clone();
    }

    int positions() {
        return values.length;
    }

    int width() {
        return values[0].length;
    }

    int token(int position) {
        return tokens[position];
    }

    double value(int position, int i) {
        return values[position][i];
    }

    double allowed(int position, int i) {
        return allowance.of(position, i, values[position][i]);
    }

    boolean counts(int position, int i) {
        return counted.includes(position, i);
    }
}
