package dev.trilobit.model.generate;

/** Pearson's test of goodness of fit. */
final class ChiSquared {
    /** Bins expected to have fewer draws are put together (Cochran's rule). */
    private static final double LEAST_EXPECTED = 5;

    private ChiSquared() {}

    /**
     * Returns the probability that {@code counts} or something further off are drawn from {@code
     * probabilities}; 0 if something impossible was drawn.
     */
    static double pValue(long[] counts, double[] probabilities) {
        long draws = 0;
        for (long count : counts) {
            draws += count;
        }
        double statistic = 0;
        int bins = 0;
        double rareExpected = 0;
        long rareCount = 0;
        for (int i = 0; i < counts.length; i++) {
            double expected = draws * probabilities[i];
            if (expected == 0 && counts[i] > 0) {
                return 0;
            }
            if (expected < LEAST_EXPECTED) {
                rareExpected += expected;
                rareCount += counts[i];
            } else {
                statistic += (counts[i] - expected) * (counts[i] - expected) / expected;
                bins++;
            }
        }
        if (rareExpected > 0) {
            statistic += (rareCount - rareExpected) * (rareCount - rareExpected) / rareExpected;
            bins++;
        }
        return upperGamma((bins - 1) / 2.0, statistic / 2);
    }

    /** Regularized upper incomplete gamma function Q(a, x), by its series: 1 - P(a, x). */
    private static double upperGamma(double a, double x) {
        if (x > a + 1) {
            return continuedFraction(a, x);
        }
        double term = 1 / a;
        double sum = term;
        for (int n = 1; n < 10_000 && term > sum * 1e-16; n++) {
            term *= x / (a + n);
            sum += term;
        }
        return 1 - sum * Math.exp(-x + a * Math.log(x) - logGamma(a));
    }

    /** Lentz's method (Numerical Recipes 6.2). */
    private static double continuedFraction(double a, double x) {
        double b = x + 1 - a;
        double c = 1e300;
        double d = 1 / b;
        double h = d;
        for (int i = 1; i < 10_000; i++) {
            double an = -i * (i - a);
            b += 2;
            d = 1 / (an * d + b);
            c = b + an / c;
            h *= d * c;
            if (Math.abs(d * c - 1) < 1e-15) {
                break;
            }
        }
        return h * Math.exp(-x + a * Math.log(x) - logGamma(a));
    }

    /** Of halves and integers: the recurrence from gamma(1/2) or gamma(1). */
    private static double logGamma(double a) {
        double at = a == Math.rint(a) ? 1 : 0.5;
        double log = at == 1 ? 0 : Math.log(Math.PI) / 2;
        for (; at < a; at++) {
            log += Math.log(at);
        }
        return log;
    }
}
