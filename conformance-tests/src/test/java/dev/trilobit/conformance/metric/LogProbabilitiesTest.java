package dev.trilobit.conformance.metric;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

class LogProbabilitiesTest {
    /** Sums of 50 terms of at most about 10: some dozen roundings of 2^-53 each. */
    private static final double ROUNDING = 1e-14;

    @Test
    void equalLogitsAreEquallyLikely() {
        double[] p = LogProbabilities.of(new double[] {7, 7, 7, 7});
        for (double logarithm : p) {
            assertEquals(-Math.log(4), logarithm, 1e-15);
        }
    }

    @Test
    void logarithmsOfProbabilitiesComeBackAsTheyAre() {
        double[] p = {Math.log(0.5), Math.log(0.25), Math.log(0.25)};
        assertArrayEquals(p, LogProbabilities.of(p), 1e-15);
    }

    @Test
    void logitsOfAnySizeNeitherOverflowNorVanish() {
        double[] p = LogProbabilities.of(new double[] {1e300, 1e300 - 1e285, -1e300});
        assertEquals(0, p[0]);
        assertEquals(
                Double.NEGATIVE_INFINITY,
                LogProbabilities.of(new double[] {0, Double.NEGATIVE_INFINITY})[1]);
        assertEquals(-1000, LogProbabilities.of(new double[] {1000, 0})[1]);
    }

    @Test
    void aLogitThatIsNanOrInfiniteMakesAllNan() {
        for (double wrong : new double[] {Double.NaN, Double.POSITIVE_INFINITY}) {
            for (double logarithm : LogProbabilities.of(new double[] {1, wrong, 3})) {
                assertTrue(Double.isNaN(logarithm), wrong + ": " + logarithm);
            }
        }
    }

    @Test
    void divergenceByHand() {
        double[] p = {Math.log(0.5), Math.log(0.25), Math.log(0.25)};
        double[] q = {Math.log(0.25), Math.log(0.5), Math.log(0.25)};
        // 1/2 ln 2 + 1/4 ln 1/2 + 0
        assertEquals(Math.log(2) / 4, LogProbabilities.divergence(p, q), 1e-16);
        assertEquals(0, LogProbabilities.divergence(p, p));
    }

    @Test
    void divergenceIsNotSymmetric() {
        double[] p = {Math.log(0.9), Math.log(0.1)};
        double[] q = {Math.log(0.5), Math.log(0.5)};
        assertEquals(
                0.9 * Math.log(1.8) + 0.1 * Math.log(0.2),
                LogProbabilities.divergence(p, q),
                1e-15);
        assertEquals(
                0.5 * Math.log(1 / 1.8) + 0.5 * Math.log(5),
                LogProbabilities.divergence(q, p),
                1e-15);
    }

    @Test
    void impossibleTokensCountForNothingUnlessTheOtherFindsThemPossible() {
        double[] p = {0, Double.NEGATIVE_INFINITY};
        double[] q = {Math.log(0.5), Math.log(0.5)};
        assertEquals(Math.log(2), LogProbabilities.divergence(p, q), 1e-15);
        assertEquals(Double.POSITIVE_INFINITY, LogProbabilities.divergence(q, p));
    }

    @Test
    void lengthsMustAgree() {
        var e =
                assertThrows(
                        IllegalArgumentException.class,
                        () -> LogProbabilities.divergence(new double[3], new double[4]));
        assertEquals("divergence of 3 from 4 probabilities", e.getMessage());
    }

    @Test
    void divergencesAndLossesEqualNumPyInExtendedPrecision() {
        for (MetricGoldens.Row row : MetricGoldens.rows()) {
            double[] p = LogProbabilities.of(row.reference());
            double[] q = LogProbabilities.of(row.other());
            double[] losses = row.losses();
            for (int i = 0; i < p.length; i++) {
                assertEquals(losses[i], -p[i], ROUNDING);
            }
            assertEquals(row.forward(), LogProbabilities.divergence(p, q), ROUNDING);
            assertEquals(row.reverse(), LogProbabilities.divergence(q, p), ROUNDING);
        }
    }

    @Test
    void topIsTheFirstOfTheLargest() {
        assertEquals(1, LogProbabilities.top(new double[] {1, 3, 3, 2}));
        assertEquals(0, LogProbabilities.top(new double[] {Double.NaN, Double.NaN}));
    }
}
