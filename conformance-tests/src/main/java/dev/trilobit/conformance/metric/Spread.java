package dev.trilobit.conformance.metric;

import java.util.Arrays;

/**
 * Mean, 99th percentile and maximum of some figures. One NaN among them makes all three NaN, so
 * that no comparison with a limit passes.
 *
 * @param mean arithmetic mean
 * @param p99 smallest figure that at least 99 % of them do not exceed
 * @param max largest figure
 */
public record Spread(double mean, double p99, double max) {
    /**
     * Summarises figures.
     *
     * @throws IllegalArgumentException if there are none
     */
    public static Spread of(double[] figures) {
        if (figures.length == 0) {
            throw new IllegalArgumentException("no figures to summarise");
        }
        double sum = 0;
        for (double figure : figures) {
            sum += figure;
        }
        if (Double.isNaN(sum)) {
            return new Spread(Double.NaN, Double.NaN, Double.NaN);
        }
        double[] sorted = figures.clone();
        Arrays.sort(sorted);
        int rank = (int) Math.ceil(0.99 * sorted.length);
        return new Spread(sum / sorted.length, sorted[rank - 1], sorted[sorted.length - 1]);
    }
}
