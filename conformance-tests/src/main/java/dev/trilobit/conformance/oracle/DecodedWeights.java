package dev.trilobit.conformance.oracle;

import dev.trilobit.api.program.WeightRef;
import dev.trilobit.api.quant.ReferenceCodec;
import dev.trilobit.api.quant.UnusableWeightException;
import dev.trilobit.api.quant.Weight;
import dev.trilobit.api.quant.WeightSource;
import java.util.HashMap;
import java.util.Map;
import java.util.stream.IntStream;

/** The rows of matrices as {@link ReferenceCodec} decodes them, kept as long as they are few. */
final class DecodedWeights {
    private final WeightSource source;
    private final Map<String, Weight> weights = new HashMap<>();
    private final Map<String, double[][]> kept = new HashMap<>();
    private long keptElements;

    DecodedWeights(WeightSource source) {
        this.source = source;
    }

    /** One row of a matrix: [cols]. Not to be changed. */
    interface Rows {
        double[] row(int row);
    }

    /**
     * Finds a matrix.
     *
     * @throws UnusableWeightException if what the source has is not what the program says
     */
    Rows rows(WeightRef ref) {
        Weight weight = weights.computeIfAbsent(ref.name(), source::weight);
        if (!weight.shape().equals(ref.shape()) || !weight.format().equals(ref.format())) {
            throw new UnusableWeightException(
                    "%s: expected %s %s, got %s %s"
                            .formatted(
                                    ref.name(),
                                    ref.format(),
                                    ref.shape(),
                                    weight.format(),
                                    weight.shape()));
        }
        double[][] decoded = kept.get(ref.name());
        long elements = (long) ref.shape().rows() * ref.shape().cols();
        if (decoded == null && keptElements + elements <= ReferenceDecoder.KEPT_WEIGHTS) {
            decoded =
                    IntStream.range(0, ref.shape().rows())
                            .parallel()
                            .mapToObj(row -> ReferenceCodec.decodeRow(weight, row))
                            .toArray(double[][]::new);
            kept.put(ref.name(), decoded);
            keptElements += elements;
        }
        double[][] rows = decoded;
        return rows == null ? row -> ReferenceCodec.decodeRow(weight, row) : row -> rows[row];
    }
}
