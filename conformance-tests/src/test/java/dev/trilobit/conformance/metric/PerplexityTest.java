package dev.trilobit.conformance.metric;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

class PerplexityTest {
    @Test
    void valueAndErrorEqualTheFormulaOfLlamaCpp() {
        Perplexity perplexity = Perplexity.NONE;
        for (double loss : MetricGoldens.losses()) {
            perplexity = perplexity.with(loss);
        }
        assertEquals(MetricGoldens.losses().length, perplexity.tokens());
        // Sums of 60 losses, then an exponential: relative errors of some 60 * 2^-53.
        assertEquals(MetricGoldens.perplexity(), perplexity.value(), 1e-13 * 20);
        assertEquals(MetricGoldens.standardError(), perplexity.standardError(), 1e-12);
    }

    @Test
    void byHand() {
        Perplexity two = Perplexity.NONE.with(Math.log(2)).with(Math.log(8));
        assertEquals(4, two.value(), 1e-14);
        // Variance of ln 2 and 3 ln 2 about 2 ln 2 is (ln 2)^2; divided by 2 - 1.
        assertEquals(4 * Math.log(2), two.standardError(), 1e-14);
    }

    @Test
    void equalLossesHaveNoError() {
        Perplexity same = Perplexity.NONE.with(0.1).with(0.1).with(0.1);
        assertEquals(0, same.standardError(), 1e-8); // a root of a rounding error
        assertTrue(same.standardError() >= 0);
    }

    @Test
    void sumsOfTwoAreTheSumOfAll() {
        Perplexity left = Perplexity.NONE.with(1).with(2);
        Perplexity right = Perplexity.NONE.with(4);
        assertEquals(Perplexity.NONE.with(1).with(2).with(4), left.with(right));
    }

    @Test
    void tooFewTokensHaveNoFigure() {
        assertTrue(Double.isNaN(Perplexity.NONE.value()));
        assertTrue(Double.isNaN(Perplexity.NONE.standardError()));
        Perplexity one = Perplexity.NONE.with(2);
        assertEquals(Math.exp(2), one.value());
        assertTrue(Double.isNaN(one.standardError()));
    }

    @Test
    void nanLossStaysNan() {
        assertTrue(Double.isNaN(Perplexity.NONE.with(1).with(Double.NaN).value()));
    }
}
