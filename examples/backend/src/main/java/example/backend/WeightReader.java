package example.backend;

import dev.trilobit.api.quant.Affine;
import dev.trilobit.api.quant.FloatType;
import dev.trilobit.api.quant.ReferenceCodec;
import dev.trilobit.api.quant.Ternary;
import dev.trilobit.api.quant.UnusableWeightException;
import dev.trilobit.api.quant.Weight;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;

/**
 * Reads a stored weight, element by element, and refuses what cannot be multiplied. The codec of
 * the API knows the bit layouts; it is slow, and asked once.
 */
final class WeightReader {
    /** The fourth code of two bits, which stands for no ternary weight. */
    private static final int NOT_TERNARY = 3;

    private final Weight weight;
    private final int rows;
    private final int cols;

    WeightReader(Weight weight) {
        this.weight = weight;
        this.rows = weight.shape().rows();
        this.cols = weight.shape().cols();
    }

    /** Reads where {@code code} is stored: [rows][words]. */
    long[][] masks(WordLayout layout, int code) {
        var masks = new long[rows][layout.words()];
        for (int row = 0; row < rows; row++) {
            for (int col = 0; col < cols; col++) {
                if (code(row, col) == code) {
                    masks[row][layout.word(col)] |= layout.bit(col);
                }
            }
        }
        return masks;
    }

    private int code(int row, int col) {
        int code = ReferenceCodec.code(weight, row, col);
        if (weight.format() instanceof Ternary && code == NOT_TERNARY) {
            throw new UnusableWeightException(
                    "%s: ternary code of row %d, column %d must be 0, 1 or 2, got 3"
                            .formatted(weight.name(), row, col));
        }
        return code;
    }

    /** Reads the one scale of a tensor, for every row: [rows][1]. */
    double[][] scale() {
        float scale = finite(FloatType.F32.get(weight.scales(), 0), "the scale");
        var scales = new double[rows][];
        Arrays.fill(scales, new double[] {scale});
        return scales;
    }

    /** Reads scales: [rows][groups]. */
    double[][] scales(WordLayout layout, FloatType type) {
        return numbers("scale", weight.scales(), type, layout.groups());
    }

    /** Reads biases: [rows][groups]. */
    double[][] biases(WordLayout layout, FloatType type) {
        return numbers("bias", weight.biases(), type, layout.groups());
    }

    private double[][] numbers(String what, MemorySegment plane, FloatType type, int groups) {
        var numbers = new double[rows][groups];
        for (int row = 0; row < rows; row++) {
            for (int group = 0; group < groups; group++) {
                numbers[row][group] =
                        finite(
                                type.get(plane, (long) row * groups + group),
                                what + " of row %d, group %d",
                                row,
                                group);
            }
        }
        return numbers;
    }

    /** Reads dense values: [rows][cols]. */
    float[][] values(FloatType type) {
        var values = new float[rows][cols];
        for (int row = 0; row < rows; row++) {
            for (int col = 0; col < cols; col++) {
                values[row][col] =
                        finite(
                                type.get(weight.codes(), (long) row * cols + col),
                                "value of row %d, column %d",
                                row,
                                col);
            }
        }
        return values;
    }

    /** Reads affine codes and decodes them: [rows][cols]. */
    float[][] decoded(Affine format) {
        var layout = new WordLayout(cols, format.groupSize());
        double[][] scales = scales(layout, format.scaleType());
        double[][] biases = biases(layout, format.scaleType());
        var values = new float[rows][cols];
        for (int row = 0; row < rows; row++) {
            for (int col = 0; col < cols; col++) {
                int group = col / format.groupSize();
                double step = scales[row][group] * ReferenceCodec.code(weight, row, col);
                values[row][col] = (float) (step + biases[row][group]);
            }
        }
        return values;
    }

    /** Decodes any format: [rows][cols]. */
    float[][] decoded() {
        var values = new float[rows][cols];
        for (int row = 0; row < rows; row++) {
            for (int col = 0; col < cols; col++) {
                values[row][col] =
                        finite(
                                (float) ReferenceCodec.decode(weight, row, col),
                                "what is decoded at row %d, column %d",
                                row,
                                col);
            }
        }
        return values;
    }

    private float finite(float number, String what, Object... place) {
        if (!Float.isFinite(number)) {
            throw new UnusableWeightException(
                    "%s: %s must be finite, got %s"
                            .formatted(weight.name(), what.formatted(place), number));
        }
        return number;
    }
}
