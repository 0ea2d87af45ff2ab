package dev.trilobit.model.convert;

import dev.trilobit.api.quant.RowDecoder;
import dev.trilobit.api.quant.Weight;
import java.util.List;
import java.util.stream.IntStream;

/**
 * How far the numbers of a weight are from those it was made of.
 *
 * @param weights how many there are
 * @param different how many differ
 * @param largestError the largest difference
 * @param relativeError root of the sum of squared differences over that of the numbers; 0 if all
 *     are equal
 */
record WeightComparison(long weights, long different, double largestError, double relativeError) {
    private record Row(long different, double largest, double errors, double squares) {}

    /** Decodes both and compares number by number; rows are done by all processors. */
    static WeightComparison of(Weight source, Weight written) {
        var left = new RowDecoder(source);
        var right = new RowDecoder(written);
        int cols = source.shape().cols();
        List<Row> rows =
                IntStream.range(0, source.shape().rows())
                        .parallel()
                        .mapToObj(row -> row(left, right, row, cols))
                        .toList();
        // Summed in the order of rows: the same on any number of processors.
        long different = 0;
        double largest = 0;
        double errors = 0;
        double squares = 0;
        for (Row row : rows) {
            different += row.different();
            largest = Math.max(largest, row.largest());
            errors += row.errors();
            squares += row.squares();
        }
        double relative = errors == 0 ? 0 : Math.sqrt(errors / squares);
        return new WeightComparison(source.shape().elements(), different, largest, relative);
    }

    private static Row row(RowDecoder left, RowDecoder right, int row, int cols) {
        double[] expected = new double[cols];
        double[] got = new double[cols];
        left.copyRow(row, expected);
        right.copyRow(row, got);
        long different = 0;
        double largest = 0;
        double errors = 0;
        double squares = 0;
        for (int c = 0; c < cols; c++) {
            double error = Math.abs(expected[c] - got[c]);
            different += expected[c] == got[c] ? 0 : 1;
            largest = Math.max(largest, error);
            errors += error * error;
            squares += expected[c] * expected[c];
        }
        return new Row(different, largest, errors, squares);
    }
}
