package dev.trilobit.api.quant;

/** Ternary weights with the scale of the whole tensor. */
final class TernaryTensorRule implements RowRule {
    private final CodePlane codes;
    private final TernaryScale scale;

    /** Fills {@code out}, its scale at once. */
    TernaryTensorRule(Weight out, TernaryScale scale) {
        this.codes = new CodePlane(out);
        this.scale = scale;
        new GroupPlane(out, "scale", out.scales(), FloatType.F32, 1).set(0, 0, scale.scale());
    }

    @Override
    public void quantize(int row, float[] values) {
        byte[] trits = new byte[values.length];
        for (int c = 0; c < values.length; c++) {
            trits[c] = scale.code(values[c]);
        }
        codes.set(row, trits);
    }
}
