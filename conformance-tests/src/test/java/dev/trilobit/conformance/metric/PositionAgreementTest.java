package dev.trilobit.conformance.metric;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.trilobit.conformance.metric.PositionAgreement.Choice;
import org.junit.jupiter.api.Test;

class PositionAgreementTest {
    private static final double[] REFERENCE = {1, 3, 2.5, 0};

    private static Choice choice(double[] other, double tieWidth) {
        return PositionAgreement.of(0, 0, REFERENCE, other, tieWidth).choice();
    }

    @Test
    void sameTopIsTheSameChoice() {
        assertEquals(Choice.SAME, choice(new double[] {0, 9, 8, 7}, 0));
    }

    @Test
    void anotherTopIsATieIfTheReferenceAlmostLikesItAsMuch() {
        double[] other = {0, 1, 2, 0};
        assertEquals(Choice.DIFFERENT, choice(other, Math.nextDown(0.5)));
        assertEquals(Choice.TIED, choice(other, 0.5));
    }

    @Test
    void tieIsMeasuredByTheReferenceNotByTheOther() {
        // The other finds its two tokens almost equal; the reference does not.
        assertEquals(Choice.DIFFERENT, choice(new double[] {2, 1.99, 0, 0}, 0.1));
    }

    @Test
    void exactTiesOfTheReferenceNeedNoWidth() {
        var agreement =
                PositionAgreement.of(0, 0, new double[] {5, 5, 1}, new double[] {4, 6, 1}, 0);
        assertEquals(Choice.TIED, agreement.choice());
    }

    @Test
    void oneNumberThatIsNotFiniteInEitherLeavesNoFigure() {
        for (double wrong :
                new double[] {Double.NaN, Double.POSITIVE_INFINITY, Double.NEGATIVE_INFINITY}) {
            double[] row = {1, 3, wrong, 0};
            for (var agreement :
                    new PositionAgreement[] {
                        PositionAgreement.of(0, 0, REFERENCE, row, 1),
                        PositionAgreement.of(0, 0, row, REFERENCE, 1)
                    }) {
                assertEquals(Choice.NOT_FINITE, agreement.choice(), "" + wrong);
                assertTrue(Double.isNaN(agreement.forward()), "" + wrong);
                assertTrue(Double.isNaN(agreement.reverse()), "" + wrong);
            }
        }
    }

    @Test
    void divergencesGoBothWays() {
        for (MetricGoldens.Row row : MetricGoldens.rows()) {
            var agreement = PositionAgreement.of(2, 7, row.reference(), row.other(), 0);
            assertEquals(row.forward(), agreement.forward(), 1e-14);
            assertEquals(row.reverse(), agreement.reverse(), 1e-14);
            assertEquals(2, agreement.chunk());
            assertEquals(7, agreement.position());
        }
    }

    @Test
    void addingAConstantToAllLogitsChangesNothing() {
        var agreement = PositionAgreement.of(0, 0, REFERENCE, new double[] {11, 13, 12.5, 10}, 0);
        assertEquals(0, agreement.forward(), 1e-15);
        assertEquals(0, agreement.reverse(), 1e-15);
    }

    @Test
    void rowsOfDifferentLengthsAreRefused() {
        var e =
                assertThrows(
                        IllegalArgumentException.class,
                        () -> PositionAgreement.of(3, 4, REFERENCE, new double[5], 0));
        assertEquals("chunk 3, position 4: expected 4 logits, got 5", e.getMessage());
    }
}
