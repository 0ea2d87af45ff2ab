package dev.trilobit.api.quant;

/** Quantizes rows into the planes it was made for; several threads may write different rows. */
@FunctionalInterface
interface RowRule {
    /**
     * Quantizes a row.
     *
     * @param values [cols], finite; not changed
     * @throws UnusableWeightException if a scale leaves the range of its type
     */
    void quantize(int row, float[] values);
}
