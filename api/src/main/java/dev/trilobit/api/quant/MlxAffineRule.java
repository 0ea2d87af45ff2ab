package dev.trilobit.api.quant;

/**
 * MLX's affine quantization, on its CPU: the code of the edge of a group with the larger magnitude
 * stands for that edge exactly, and 0 for 0 where 0 is in between. All is computed in f32; scale
 * and bias are rounded to their type after the codes are found. A group of zeros decodes to zeros.
 * Of one bit the codes stand for the smallest and the largest weight. Source: MLX {@code
 * mlx/backend/cpu/quantized.cpp}, {@code quantize}.
 */
final class MlxAffineRule implements RowRule {
    private static final float SMALLEST_SCALE = 1e-7f;

    private final CodePlane codes;
    private final GroupPlane scales;
    private final GroupPlane biases;
    private final int bits;
    private final int size;

    /**
     * Prepares to fill {@code out}.
     *
     * @param out affine, or binary in affine mode
     */
    MlxAffineRule(Weight out, int bits, int size, FloatType type) {
        int groups = WeightFormat.groups(out.shape().cols(), size);
        this.codes = new CodePlane(out);
        this.scales = new GroupPlane(out, "scale", out.scales(), type, groups);
        this.biases = new GroupPlane(out, "bias", out.biases(), type, groups);
        this.bits = bits;
        this.size = size;
    }

    @Override
    public void quantize(int row, float[] values) {
        byte[] row8 = new byte[values.length];
        for (int first = 0; first < values.length; first += size) {
            group(row, values, first, Math.min(first + size, values.length), row8);
        }
        codes.set(row, row8);
    }

    private void group(int row, float[] values, int from, int to, byte[] out) {
        float smallest = Float.POSITIVE_INFINITY;
        float largest = Float.NEGATIVE_INFINITY;
        for (int c = from; c < to; c++) {
            // Of zeros with different signs the first stays, as in C++.
            smallest = values[c] < smallest ? values[c] : smallest;
            largest = values[c] > largest ? values[c] : largest;
        }
        float steps = (1 << bits) - 1;
        float scale = Math.max((largest - smallest) / steps, SMALLEST_SCALE);
        float bias = 0;
        if (bits == 1) {
            bias = smallest;
        } else {
            boolean negative = Math.abs(smallest) > Math.abs(largest);
            scale = negative ? scale : -scale;
            float edge = negative ? smallest : largest;
            float code = (float) Math.rint(edge / scale);
            if (code != 0) {
                scale = edge / code;
                bias = edge;
            }
        }
        for (int c = from; c < to; c++) {
            float code = (float) Math.rint((values[c] - bias) / scale);
            out[c] = (byte) Math.min(Math.max(code, 0), steps);
        }
        scales.set(row, from / size, scale);
        biases.set(row, from / size, bias);
    }
}
