package dev.trilobit.conformance.op;

import java.util.ArrayList;
import java.util.List;
import java.util.OptionalDouble;

/** How far one run of a sequence is off. */
final class Deviation {
    private final Expected expected;
    private double error;
    private double energy;
    private boolean counted;
    private double worst;
    private int wrong;
    private int wholeSumsOff;
    private String worstPlace = "";
    private String firstSumOff = "";

    Deviation(Expected expected) {
        this.expected = expected;
    }

    /** Takes the numbers of one position. */
    void add(int position, double[] row) {
        for (int i = 0; i < row.length; i++) {
            double value = expected.value(position, i);
            double off = Math.abs(row[i] - value);
            double allowed = expected.allowed(position, i);
            // Written so that NaN is wrong, whichever of the three it is.
            boolean right = off <= allowed;
            double ratio = off == 0 ? 0 : right ? off / allowed : beyond(off, allowed);
            if (!right) {
                wrong++;
            }
            if (ratio > worst) {
                worst = ratio;
                worstPlace =
                        "position %d, token %d, element %d: expected %.9g, got %.9g, off by %.3g, allowed %.3g"
                                .formatted(
                                        position,
                                        expected.token(position),
                                        i,
                                        value,
                                        row[i],
                                        off,
                                        allowed);
            }
            compareWhole(position, i, row[i]);
            if (expected.counts(position, i)) {
                counted = true;
                error += (row[i] - value) * (row[i] - value);
                energy += value * value;
            }
        }
    }

    /** Rounding may move the multiple, however coarse; what it is a multiple of may not. */
    private void compareWhole(int position, int i, double value) {
        if (expected.wholeSums().isEmpty()) {
            return;
        }
        WholeSums sums = expected.wholeSums().orElseThrow();
        double nearest = sums.nearest(position, value);
        if (nearest == sums.sum(position, i)) {
            return;
        }
        wholeSumsOff++;
        if (firstSumOff.isEmpty()) {
            firstSumOff =
                    "position %d, element %d: expected the sum %d, got %.0f"
                            .formatted(position, i, sums.sum(position, i), nearest);
        }
    }

    private static double beyond(double off, double allowed) {
        double ratio = off / allowed;
        return Double.isNaN(ratio) ? Double.POSITIVE_INFINITY : ratio;
    }

    /** Returns the largest difference in units of what is allowed; infinite for NaN. */
    double worst() {
        return worst;
    }

    /**
     * Returns the mean squared error over that of zeros, infinite for NaN; empty if no number
     * counts.
     */
    OptionalDouble normalizedSquaredError() {
        if (!counted) {
            return OptionalDouble.empty();
        }
        double ratio = error == 0 ? 0 : error / energy;
        return OptionalDouble.of(Double.isNaN(ratio) ? Double.POSITIVE_INFINITY : ratio);
    }

    /** Returns how many whole sums are other ones. */
    int wholeSumsOff() {
        return wholeSumsOff;
    }

    /** Returns how many numbers are too far off and where the worst is; empty if none. */
    List<String> findings() {
        var findings = new ArrayList<String>();
        if (wrong != 0) {
            findings.add("%d numbers are off, the worst at %s".formatted(wrong, worstPlace));
        }
        if (wholeSumsOff != 0) {
            findings.add(
                    "%d whole sums are off, the first at %s".formatted(wholeSumsOff, firstSumOff));
        }
        return findings;
    }
}
