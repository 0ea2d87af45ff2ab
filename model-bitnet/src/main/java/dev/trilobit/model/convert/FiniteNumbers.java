package dev.trilobit.model.convert;

import dev.trilobit.api.quant.RowDecoder;
import dev.trilobit.api.quant.Weight;
import java.util.Optional;
import java.util.stream.IntStream;

/** Looks for numbers that no format keeps and no comparison finds equal. */
final class FiniteNumbers {
    private FiniteNumbers() {}

    /**
     * Checks all numbers of a dense weight, else step and offset of every group. Rows are done by
     * all processors.
     *
     * @throws ConversionRefusedException naming the first that is not finite
     */
    static void require(Weight weight) {
        var rows = new RowDecoder(weight);
        Optional<String> problem =
                IntStream.range(0, weight.shape().rows())
                        .parallel()
                        .mapToObj(
                                row ->
                                        rows.hasCodes()
                                                ? group(rows, row)
                                                : number(rows, row, weight.shape().cols()))
                        .flatMap(Optional::stream)
                        .findFirst();
        if (problem.isPresent()) {
            throw new ConversionRefusedException(
                    "tensor %s: %s, no finite number".formatted(weight.name(), problem.get()));
        }
    }

    private static Optional<String> number(RowDecoder rows, int row, int cols) {
        double[] values = new double[cols];
        rows.copyRow(row, values);
        for (int c = 0; c < cols; c++) {
            if (!Double.isFinite(values[c])) {
                return Optional.of("(%d, %d) is %s".formatted(row, c, values[c]));
            }
        }
        return Optional.empty();
    }

    private static Optional<String> group(RowDecoder rows, int row) {
        for (int g = 0; g < rows.groups(); g++) {
            double step = rows.step(row, g);
            double offset = rows.offset(row, g);
            if (!Double.isFinite(step) || !Double.isFinite(offset)) {
                return Optional.of(
                        "row %d, group %d has the scale %s and the offset %s"
                                .formatted(row, g, step, offset));
            }
        }
        return Optional.empty();
    }
}
