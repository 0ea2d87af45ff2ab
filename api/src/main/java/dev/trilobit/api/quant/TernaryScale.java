package dev.trilobit.api.quant;

/**
 * A scale by a {@link TernaryRule}.
 *
 * @param factor what a weight is multiplied with before it is rounded
 * @param scale what is stored
 * @param tie magnitude of a product that still rounds to 0
 */
record TernaryScale(float factor, float scale, float tie) {
    private static final float SMALLEST_MEAN = 1e-5f;

    /**
     * Finds the scale of some weights.
     *
     * @param sum of their magnitudes
     * @param largest of their magnitudes
     * @param count how many they are
     */
    static TernaryScale of(TernaryRule rule, double sum, float largest, long count) {
        return switch (rule) {
            case ABSMEAN -> {
                float factor = 1 / Math.max((float) (sum / count), SMALLEST_MEAN);
                yield new TernaryScale(factor, 1 / factor, 0.5f);
            }
            case ABSMAX ->
                    new TernaryScale(largest > 0 ? 1 / largest : 0, largest, Math.nextDown(0.5f));
        };
    }

    /** Returns the code of a weight: t + 1. */
    byte code(float weight) {
        float scaled = weight * factor;
        return (byte) ((scaled > tie ? 1 : 0) - (scaled < -tie ? 1 : 0) + 1);
    }
}
