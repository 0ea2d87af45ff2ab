package dev.trilobit.api.quant;

/** Ternary weights with a scale for each group of a row. */
final class TernaryGroupRule implements RowRule {
    private final CodePlane codes;
    private final GroupPlane scales;
    private final TernaryRule rule;
    private final int size;

    /** Fills {@code out}, with groups of {@code size} and scales of {@code type}. */
    TernaryGroupRule(Weight out, TernaryRule rule, int size, FloatType type) {
        int groups = WeightFormat.groups(out.shape().cols(), size);
        this.codes = new CodePlane(out);
        this.scales = new GroupPlane(out, "scale", out.scales(), type, groups);
        this.rule = rule;
        this.size = size;
    }

    @Override
    public void quantize(int row, float[] values) {
        byte[] trits = new byte[values.length];
        for (int first = 0; first < values.length; first += size) {
            int end = Math.min(first + size, values.length);
            double sum = 0;
            float largest = 0;
            for (int c = first; c < end; c++) {
                sum += Math.abs(values[c]);
                largest = Math.max(largest, Math.abs(values[c]));
            }
            TernaryScale scale = TernaryScale.of(rule, sum, largest, end - first);
            for (int c = first; c < end; c++) {
                trits[c] = scale.code(values[c]);
            }
            scales.set(row, first / size, scale.scale());
        }
        codes.set(row, trits);
    }
}
