package dev.trilobit.model.convert;

/**
 * Finds scale, offset and codes with which a grid holds a group of numbers exactly. One thread uses
 * one of these.
 */
final class GroupFitter {
    private final CodeGrid grid;
    private final byte[] codes;
    private float scale;
    private float bias;
    private String problem;

    /**
     * Starts.
     *
     * @param codes out, of a whole row: {@link #fit} fills those of its group
     */
    GroupFitter(CodeGrid grid, byte[] codes) {
        this.grid = grid;
        this.codes = codes;
        this.problem = "the format holds " + grid.holds();
    }

    /** Returns the scale to store. */
    float scale() {
        return scale;
    }

    /** Returns the offset to store; zero where it follows from the scale. */
    float bias() {
        return bias;
    }

    /** Says why the last fit failed. */
    String problem() {
        return problem;
    }

    /**
     * Fits the numbers of columns {@code from} to {@code to}. What the source's group has is tried
     * first, so that a group of zeros keeps its scale; then what the numbers themselves suggest.
     *
     * @param step of the source's group, or NaN
     * @param offset of the source's group, or NaN
     * @return whether they fit; {@link #problem} says why not
     */
    boolean fit(double[] values, int from, int to, double step, double offset) {
        problem = "the format holds " + grid.holds();
        boolean fits =
                grid.hasOffset()
                        ? fitFree(values, from, to, step, offset)
                        : fitCentred(values, from, to, step);
        for (int c = from; c < to && !fits; c++) {
            if (!Double.isFinite(values[c])) {
                problem = "column %d is %s, no finite number".formatted(c, values[c]);
            }
        }
        return fits;
    }

    private boolean fitCentred(double[] values, int from, int to, double step) {
        double hint = Math.abs(step) / grid.stepOfScale();
        if (hint > 0 && Double.isFinite(hint) && fitScale(values, from, to, hint)) {
            return true;
        }
        double largest = 0;
        for (int c = from; c < to; c++) {
            largest = Math.max(largest, Math.abs(values[c]));
        }
        double least = largest / Math.max(grid.centre(), grid.largest() - grid.centre());
        double common = commonStep(values, from, to, 0, least / grid.stepOfScale());
        return !Double.isNaN(common) && fitScale(values, from, to, common);
    }

    /** Tries a scale that is to be stored as it is. */
    boolean fitScale(double[] values, int from, int to, double stored) {
        if (!isStored(stored)) {
            return false;
        }
        scale = (float) stored;
        bias = 0;
        double step = stored * grid.stepOfScale();
        return encode(values, from, to, step, -grid.centre() * step);
    }

    private boolean fitFree(double[] values, int from, int to, double step, double offset) {
        if (Double.isFinite(step) && fitPair(values, from, to, step, offset)) {
            return true;
        }
        double low = Double.POSITIVE_INFINITY;
        double high = Double.NEGATIVE_INFINITY;
        for (int c = from; c < to; c++) {
            low = Math.min(low, values[c]);
            high = Math.max(high, values[c]);
        }
        double magnitude = Math.max(Math.abs(low), Math.abs(high));
        // The usual form of ternary weights in such formats: -s, 0, +s.
        if (grid.largest() >= 2 && fitPair(values, from, to, magnitude, -magnitude)) {
            return true;
        }
        double common = commonStep(values, from, to, low, (high - low) / grid.largest());
        return !Double.isNaN(common) && fitPair(values, from, to, common, low);
    }

    private boolean fitPair(double[] values, int from, int to, double step, double offset) {
        if (!isStored(step) || !isStored(offset)) {
            return false;
        }
        scale = (float) step;
        bias = (float) offset;
        return encode(values, from, to, step, offset);
    }

    private boolean encode(double[] values, int from, int to, double step, double offset) {
        int zero = grid.hasOffset() ? 0 : (int) Math.ceil(grid.centre());
        for (int c = from; c < to; c++) {
            double code = step == 0 ? zero : Math.rint((values[c] - offset) / step);
            if (!(code >= 0 && code <= grid.largest()) || step * code + offset != values[c]) {
                return false;
            }
            codes[c] = (byte) (int) code;
        }
        return true;
    }

    /** Notes a scale that the format would have to round. */
    private boolean isStored(double number) {
        float nearest = grid.scaleType().round((float) number);
        if (nearest == number) {
            return true;
        }
        problem =
                "scale %s is no %s, the nearest is %s"
                        .formatted(number, grid.scaleType().suffix(), nearest);
        return false;
    }

    /**
     * Returns the largest number of which all differences from {@code origin} are multiples: Euclid
     * on numbers whose remainders are exact.
     *
     * @param least a smaller one is of no use
     * @return zero if all are {@code origin}; NaN if it would be smaller than {@code least}
     */
    private static double commonStep(
            double[] values, int from, int to, double origin, double least) {
        double common = 0;
        double floor = least * (1 - 1e-9);
        for (int c = from; c < to; c++) {
            double other = Math.abs(values[c] - origin);
            if (!Double.isFinite(other)) {
                return Double.NaN;
            }
            while (other != 0) {
                if (other < floor) {
                    return Double.NaN;
                }
                double rest = common % other;
                common = other;
                other = rest;
            }
        }
        return common;
    }
}
