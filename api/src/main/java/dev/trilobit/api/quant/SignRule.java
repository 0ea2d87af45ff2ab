package dev.trilobit.api.quant;

/**
 * One bit and one scale a group: {@code d = mean|w|}, a bit is set where {@code w >= 0}. The mean
 * is a sum of floats in order, as in ggml {@code ggml-quants.c}, {@code quantize_row_q1_0_ref}.
 */
final class SignRule implements RowRule {
    private final CodePlane codes;
    private final GroupPlane scales;
    private final int size;

    /** Fills {@code out}, symmetric with groups of {@code size} and scales of {@code type}. */
    SignRule(Weight out, int size, FloatType type) {
        int groups = WeightFormat.groups(out.shape().cols(), size);
        this.codes = new CodePlane(out);
        this.scales = new GroupPlane(out, "scale", out.scales(), type, groups);
        this.size = size;
    }

    @Override
    public void quantize(int row, float[] values) {
        byte[] bits = new byte[values.length];
        for (int first = 0; first < values.length; first += size) {
            int end = Math.min(first + size, values.length);
            float sum = 0;
            for (int c = first; c < end; c++) {
                sum += Math.abs(values[c]);
                bits[c] = (byte) (values[c] >= 0 ? 1 : 0);
            }
            scales.set(row, first / size, sum / (end - first));
        }
        codes.set(row, bits);
    }
}
