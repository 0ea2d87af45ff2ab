package dev.trilobit.conformance.transformers;

import static org.junit.jupiter.api.Assertions.assertAll;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.trilobit.conformance.metric.Agreement;
import dev.trilobit.conformance.metric.LogitSource;
import dev.trilobit.conformance.metric.PositionAgreement.Choice;
import dev.trilobit.conformance.metric.TeacherForcing;
import java.util.List;

/**
 * How well a program must agree with recorded logits.
 *
 * @param divergence largest mean KL each way, in nats a position
 * @param top1 least share of positions with the same choice
 * @param tieWidth logit units: any other choice must be this close to the recorded one
 */
record Required(double divergence, double top1, double tieWidth) {
    /** Compares with a recording, in one walk through it. */
    List<Agreement> compare(RecordedLogits recorded, List<? extends LogitSource> ours) {
        return new TeacherForcing(recorded.sequences(), tieWidth)
                .compare(recorded, ours, TeacherForcing.Progress.NONE);
    }

    /** Fails unless all figures are good enough; NaN is not. */
    void of(String what, Agreement agreement) {
        double forward = agreement.forward().mean();
        double reverse = agreement.reverse().mean();
        System.getLogger("transformers")
                .log(
                        System.Logger.Level.INFO,
                        "%s: mean KL %.3g and %.3g, top-1 %.4f, %d ties, %d positions"
                                .formatted(
                                        what,
                                        forward,
                                        reverse,
                                        agreement.top1(),
                                        agreement.count(Choice.TIED),
                                        agreement.positions().size()));
        assertAll(
                () -> assertEquals(0, agreement.count(Choice.NOT_FINITE), what + ": not finite"),
                () -> assertEquals(0, agreement.count(Choice.DIFFERENT), what + ": other choices"),
                () -> assertAtMost(what + ": mean KL(recorded || ours)", forward),
                () -> assertAtMost(what + ": mean KL(ours || recorded)", reverse),
                () ->
                        assertTrue(
                                agreement.top1() >= top1,
                                "%s: top-1 %.4f must be at least %.4f"
                                        .formatted(what, agreement.top1(), top1)));
    }

    private void assertAtMost(String what, double value) {
        assertTrue(
                value <= divergence,
                "%s %.3g must be at most %.3g".formatted(what, value, divergence));
    }
}
