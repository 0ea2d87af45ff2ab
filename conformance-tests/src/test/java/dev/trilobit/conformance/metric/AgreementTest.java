package dev.trilobit.conformance.metric;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.trilobit.conformance.metric.PositionAgreement.Choice;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class AgreementTest {
    /** Positions of chunks given as letters: same, tied, different, not finite. */
    private static Agreement of(String... chunks) {
        var positions = new ArrayList<PositionAgreement>();
        for (int c = 0; c < chunks.length; c++) {
            for (int t = 0; t < chunks[c].length(); t++) {
                Choice choice =
                        switch (chunks[c].charAt(t)) {
                            case 's' -> Choice.SAME;
                            case 't' -> Choice.TIED;
                            case 'd' -> Choice.DIFFERENT;
                            default -> Choice.NOT_FINITE;
                        };
                double figure = choice == Choice.NOT_FINITE ? Double.NaN : t;
                double gap = choice == Choice.SAME ? 0 : figure;
                positions.add(new PositionAgreement(c, t, figure, 2 * figure, gap, choice));
            }
        }
        return new Agreement(positions, Perplexity.NONE, Perplexity.NONE);
    }

    @Test
    void anotherTieWidthJudgesOtherChoicesAnewAndNoOthers() {
        Agreement agreement = of("sdtdn").withTieWidth(1.5);
        assertEquals(
                List.of(
                        Choice.SAME,
                        Choice.TIED,
                        Choice.DIFFERENT,
                        Choice.DIFFERENT,
                        Choice.NOT_FINITE),
                agreement.positions().stream().map(PositionAgreement::choice).toList());
        assertEquals(of("sdtdn").reverse(), agreement.reverse());
    }

    @Test
    void topOneCountsTheSameChoiceOnly() {
        Agreement agreement = of("sstd", "ssss");
        assertEquals(0.75, agreement.top1());
        assertEquals(6, agreement.count(Choice.SAME));
        assertEquals(1, agreement.count(Choice.TIED));
        assertEquals(1, agreement.count(Choice.DIFFERENT));
        assertEquals(0, agreement.count(Choice.NOT_FINITE));
    }

    @Test
    void everyChunkHasItsOwnShareHoweverLong() {
        Agreement agreement = of("ssst", "s", "sd", "ssss");
        assertEquals(List.of(0.75, 1.0, 0.5, 1.0), agreement.top1ByChunk());
        assertEquals(0.5, agreement.worstChunkTop1());
    }

    @Test
    void manyChunksStayInOrder() {
        var chunks = new String[12];
        java.util.Arrays.fill(chunks, "s");
        chunks[10] = "d";
        assertEquals(0.0, of(chunks).top1ByChunk().get(10));
    }

    @Test
    void divergencesAreSummarisedEachWay() {
        Agreement agreement = of("ssss");
        assertEquals(new Spread(1.5, 3, 3), agreement.forward());
        assertEquals(new Spread(3, 6, 6), agreement.reverse());
    }

    @Test
    void onePositionThatIsNotFiniteLeavesNoDivergence() {
        Agreement agreement = of("ssss", "snss");
        assertTrue(Double.isNaN(agreement.forward().mean()));
        assertTrue(Double.isNaN(agreement.forward().max()));
        assertTrue(Double.isNaN(agreement.reverse().p99()));
        assertEquals(1, agreement.count(Choice.NOT_FINITE));
        assertEquals(0.75, agreement.worstChunkTop1());
    }

    @Test
    void noPositionsAreRefused() {
        var e = assertThrows(IllegalArgumentException.class, () -> of());
        assertEquals("agreement over no positions", e.getMessage());
    }
}
