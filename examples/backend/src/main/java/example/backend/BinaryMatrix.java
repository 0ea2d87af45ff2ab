package example.backend;

import dev.trilobit.api.quant.Binary;
import dev.trilobit.api.quant.Weight;

/**
 * One-bit weights as a mask a row: {@code step * bit + offset}, with a step and an offset for each
 * group. The offset of a group is multiplied with the sum of all its activations, once a token.
 */
final class BinaryMatrix implements Matrix {
    private final WordLayout layout;
    private final long[][] ones;
    private final double[][] steps;
    private final double[][] offsets;

    private BinaryMatrix(WordLayout layout, long[][] ones, double[][] steps, double[][] offsets) {
        this.layout = layout;
        this.ones = ones;
        this.steps = steps;
        this.offsets = offsets;
    }

    /** Packs a stored weight. */
    static BinaryMatrix pack(Weight weight, Binary format) {
        var layout = new WordLayout(weight.shape().cols(), format.groupSize());
        var in = new WeightReader(weight);
        long[][] ones = in.masks(layout, 1);
        double[][] scales = in.scales(layout, format.scaleType());
        return switch (format.mode()) {
            // From -scale to +scale it is two scales: exact, as all numbers here.
            case SYMMETRIC -> new BinaryMatrix(layout, ones, scaled(scales, 2), scaled(scales, -1));
            case AFFINE ->
                    new BinaryMatrix(layout, ones, scales, in.biases(layout, format.scaleType()));
        };
    }

    private static double[][] scaled(double[][] numbers, double factor) {
        var out = new double[numbers.length][];
        for (int row = 0; row < out.length; row++) {
            out[row] = numbers[row].clone();
            for (int i = 0; i < out[row].length; i++) {
                out[row][i] *= factor;
            }
        }
        return out;
    }

    @Override
    public float[] multiply(TokenInput in) {
        MaskedSums sums = in.maskedSums(layout);
        var groupTotals = new double[layout.groups()];
        for (int word = 0; word < layout.words(); word++) {
            groupTotals[word / layout.groupWords()] += sums.sum(word, layout.columns(word));
        }
        var out = new float[ones.length];
        for (int row = 0; row < out.length; row++) {
            double total = 0;
            for (int group = 0; group < groupTotals.length; group++) {
                total += steps[row][group] * groupSum(sums, row, group);
                total += offsets[row][group] * groupTotals[group];
            }
            out[row] = (float) (total / in.divisor());
        }
        return out;
    }

    private double groupSum(MaskedSums sums, int row, int group) {
        int end = (group + 1) * layout.groupWords();
        double sum = 0;
        for (int word = end - layout.groupWords(); word < end; word++) {
            sum += sums.sum(word, ones[row][word]);
        }
        return sum;
    }

    @Override
    public float[] row(int row) {
        var out = new float[layout.cols()];
        for (int col = 0; col < out.length; col++) {
            int group = col / layout.groupSize();
            boolean one = (ones[row][layout.word(col)] & layout.bit(col)) != 0;
            out[col] = (float) (offsets[row][group] + (one ? steps[row][group] : 0));
        }
        return out;
    }

    @Override
    public long byteSize() {
        long words = layout.words() + 2L * layout.groups();
        return ones.length * words * Long.BYTES;
    }
}
