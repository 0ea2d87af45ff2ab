package dev.trilobit.conformance.op;

/**
 * Whole numbers of which a backend returns multiples of a unit that differs from token to token.
 */
final class WholeSums {
    private final long[][] sums;
    private final double[] units;

    /**
     * Holds them.
     *
     * @param sums [tokens][width]; below 2^22, so that a few roundings of f32 leave no doubt
     * @param units [tokens]; not zero
     */
    WholeSums(long[][] sums, double[] units) {
        this.sums = sums;
        this.units = units;
    }

    /** Returns sums times units: [tokens][width]. */
    double[][] products() {
        var products = new double[sums.length][];
        for (int t = 0; t < sums.length; t++) {
            products[t] = new double[sums[t].length];
            for (int i = 0; i < sums[t].length; i++) {
                products[t][i] = sums[t][i] * units[t];
            }
        }
        return products;
    }

    /** Returns the whole number that is expected. */
    long sum(int position, int i) {
        return sums[position][i];
    }

    /** Returns the whole number, as a float, that is nearest to what came; NaN for NaN. */
    double nearest(int position, double value) {
        return Math.rint(value / units[position]);
    }
}
