package dev.trilobit.cli.bench.measure;

import java.util.List;
import java.util.function.DoubleUnaryOperator;

/**
 * One quantity measured several times.
 *
 * @param values in the order they were measured, at least one
 */
public record Samples(List<Double> values) {
    public Samples {
        values = List.copyOf(values);
        if (values.isEmpty()) {
            throw new IllegalArgumentException("samples: expected at least one, got none");
        }
    }

    /** Returns the middle one; the mean of the two in the middle if their number is even. */
    public double median() {
        List<Double> sorted = values.stream().sorted().toList();
        int half = sorted.size() / 2;
        return sorted.size() % 2 == 1
                ? sorted.get(half)
                : (sorted.get(half - 1) + sorted.get(half)) / 2;
    }

    /** Returns the smallest. */
    public double least() {
        return values.stream().mapToDouble(Double::doubleValue).min().orElseThrow();
    }

    /** Returns the largest. */
    public double most() {
        return values.stream().mapToDouble(Double::doubleValue).max().orElseThrow();
    }

    /** Returns what {@code function} makes of each. */
    public Samples map(DoubleUnaryOperator function) {
        return new Samples(values.stream().map(function::applyAsDouble).toList());
    }
}
