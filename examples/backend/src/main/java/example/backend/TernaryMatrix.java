package example.backend;

import dev.trilobit.api.quant.ScaleGranularity;
import dev.trilobit.api.quant.Ternary;
import dev.trilobit.api.quant.Weight;

/**
 * Ternary weights as two masks a row: a column's weight is the scale of its group where {@code
 * plus} is set, its negative where {@code minus} is, else zero.
 */
final class TernaryMatrix implements Matrix {
    private final WordLayout layout;
    private final long[][] plus;
    private final long[][] minus;
    private final double[][] scales;

    /**
     * Takes over the arrays.
     *
     * @param plus [rows][words]
     * @param minus [rows][words]; shares no bit with {@code plus}
     * @param scales [rows][groups]
     */
    TernaryMatrix(WordLayout layout, long[][] plus, long[][] minus, double[][] scales) {
        this.layout = layout;
        this.plus = plus;
        this.minus = minus;
        this.scales = scales;
    }

    /** Packs a stored weight. */
    static TernaryMatrix pack(Weight weight, Ternary format) {
        int groupSize =
                switch (format.scales()) {
                    case ScaleGranularity.PerTensor() -> weight.shape().cols();
                    case ScaleGranularity.PerGroup(int size, var _) -> size;
                };
        var layout = new WordLayout(weight.shape().cols(), groupSize);
        var in = new WeightReader(weight);
        return new TernaryMatrix(
                layout,
                in.masks(layout, 2),
                in.masks(layout, 0),
                switch (format.scales()) {
                    case ScaleGranularity.PerTensor() -> in.scale();
                    case ScaleGranularity.PerGroup(int _, var type) -> in.scales(layout, type);
                });
    }

    @Override
    public float[] multiply(TokenInput in) {
        MaskedSums sums = in.maskedSums(layout);
        var out = new float[plus.length];
        for (int row = 0; row < out.length; row++) {
            double total = 0;
            for (int group = 0; group < layout.groups(); group++) {
                total += scales[row][group] * groupSum(sums, row, group);
            }
            out[row] = (float) (total / in.divisor());
        }
        return out;
    }

    private double groupSum(MaskedSums sums, int row, int group) {
        int end = (group + 1) * layout.groupWords();
        double sum = 0;
        for (int word = end - layout.groupWords(); word < end; word++) {
            sum += sums.sum(word, plus[row][word]) - sums.sum(word, minus[row][word]);
        }
        return sum;
    }

    @Override
    public float[] row(int row) {
        var out = new float[layout.cols()];
        for (int col = 0; col < out.length; col++) {
            double scale = scales[row][col / layout.groupSize()];
            int word = layout.word(col);
            if ((plus[row][word] & layout.bit(col)) != 0) {
                out[col] = (float) scale;
            } else if ((minus[row][word] & layout.bit(col)) != 0) {
                out[col] = (float) -scale;
            }
        }
        return out;
    }

    @Override
    public long byteSize() {
        long words = 2L * layout.words() + layout.groups();
        return plus.length * words * Long.BYTES;
    }
}
