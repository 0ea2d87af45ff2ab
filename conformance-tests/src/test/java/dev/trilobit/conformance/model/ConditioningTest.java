package dev.trilobit.conformance.model;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;

import dev.trilobit.conformance.contract.Budget;
import dev.trilobit.conformance.contract.LogitBudget;
import dev.trilobit.conformance.metric.Agreement;
import dev.trilobit.conformance.metric.Perplexity;
import dev.trilobit.conformance.metric.PositionAgreement;
import dev.trilobit.conformance.metric.PositionAgreement.Choice;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ConditioningTest {
    private static final LogitBudget BUDGET = Budget.float32().floatActivations();

    private static Agreement rounded(double forward, double reverse) {
        var position = new PositionAgreement(0, 0, forward, reverse, 0, Choice.SAME);
        return new Agreement(List.of(position), Perplexity.NONE, Perplexity.NONE);
    }

    @ParameterizedTest
    @ValueSource(doubles = {0, 1e-15, 9e-14, Double.NaN})
    void modelThatDoesNotMultiplyRoundingsKeepsItsLimits(double nats) {
        assertSame(BUDGET, Conditioning.widened(BUDGET, rounded(nats, nats)));
    }

    @Test
    void limitsAreAHundredTimesWhatRoundingsDoInTheWorseDirection() {
        LogitBudget widened = Conditioning.widened(BUDGET, rounded(1e-10, 4e-10));
        assertEquals(4e-8, widened.prefillDivergence(), 1e-20);
        assertEquals(4e-8, widened.decodeDivergence(), 1e-20);
        assertEquals(0.9985, widened.top1());
        assertEquals(0.98, widened.worstChunkTop1());
        assertEquals(BUDGET.tieWidth() * Math.sqrt(4000), widened.tieWidth(), 1e-15);
    }

    @Test
    void publishedFiguresAreTheMostThatAnyModelExcuses() {
        LogitBudget widened = Conditioning.widened(BUDGET, rounded(1, 1));
        assertEquals(3e-5, widened.prefillDivergence());
        assertEquals(7e-5, widened.decodeDivergence());
    }

    @Test
    void limitsThatAreWiderAlreadyStay() {
        LogitBudget int8 = Budget.float32().int8Activations();
        assertSame(int8, Conditioning.widened(int8, rounded(1e-3, 1e-3)));
    }
}
