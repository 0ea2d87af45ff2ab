package dev.trilobit.conformance.metric;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.trilobit.conformance.metric.PositionAgreement.Choice;
import dev.trilobit.conformance.metric.TeacherForcing.Progress;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

class TeacherForcingTest {
    private static final int VOCABULARY = 4;
    private static final List<int[]> CHUNKS = List.of(new int[] {1, 3, 0}, new int[] {2, 2});

    /** What happened, in order. */
    private final List<String> events = new ArrayList<>();

    /** Likes the token it has just read best, by a margin; fails where told to. */
    private final class Echo implements LogitSource {
        private final String name;
        private final double margin;
        private final int failingPosition;

        Echo(String name, double margin, int failingPosition) {
            this.name = name;
            this.margin = margin;
            this.failingPosition = failingPosition;
        }

        @Override
        public LogitCursor open(int[] tokens) {
            events.add(name + " opens " + Arrays.toString(tokens));
            return new LogitCursor() {
                private int next;

                @Override
                public double[] next() {
                    if (next == failingPosition) {
                        throw new IllegalStateException(name + " fails at " + next);
                    }
                    var row = new double[VOCABULARY];
                    row[tokens[next++]] = margin;
                    return row;
                }

                @Override
                public void close() {
                    events.add(name + " closes");
                }
            };
        }
    }

    private Echo echo(String name, double margin) {
        return new Echo(name, margin, -1);
    }

    private static List<Agreement> compare(LogitSource reference, LogitSource... others) {
        return new TeacherForcing(CHUNKS, 0).compare(reference, List.of(others), Progress.NONE);
    }

    @Test
    void everyPositionOfEveryChunkIsComparedInOrder() {
        Agreement agreement = compare(echo("a", 2), echo("b", 2)).getFirst();
        assertEquals(
                List.of("0:0", "0:1", "0:2", "1:0", "1:1"),
                agreement.positions().stream()
                        .map(position -> position.chunk() + ":" + position.position())
                        .toList());
        assertEquals(5, agreement.count(Choice.SAME));
        assertEquals(0, agreement.forward().max());
    }

    @Test
    void rowsOfTheSamePositionMeet() {
        // A source that is one position late would differ wherever the tokens do.
        LogitSource late =
                tokens -> {
                    int[] shifted = new int[tokens.length];
                    System.arraycopy(tokens, 0, shifted, 1, tokens.length - 1);
                    return echo("late", 2).open(shifted);
                };
        Agreement agreement = compare(echo("a", 2), late).getFirst();
        assertEquals(
                List.of(
                        Choice.DIFFERENT,
                        Choice.DIFFERENT,
                        Choice.DIFFERENT,
                        Choice.DIFFERENT,
                        Choice.SAME),
                agreement.positions().stream().map(PositionAgreement::choice).toList());
    }

    @Test
    void lossIsThatOfTheFollowingTokenAndTheLastHasNone() {
        Agreement agreement = compare(echo("a", 2), echo("b", 3)).getFirst();
        assertEquals(3, agreement.loss().tokens());
        // 1 -> 3 and 3 -> 0 are unlikely, 2 -> 2 is likely.
        double all = Math.log(Math.exp(2) + 3);
        assertEquals(all + all + (all - 2), agreement.referenceLoss().sum(), 1e-14);
        double others = Math.log(Math.exp(3) + 3);
        assertEquals(others + others + (others - 3), agreement.loss().sum(), 1e-14);
    }

    @Test
    void severalOthersShareOneWalkOfTheReference() {
        List<Agreement> agreements = compare(echo("a", 2), echo("b", 2), echo("c", -2));
        assertEquals(1.0, agreements.get(0).top1());
        assertEquals(0.0, agreements.get(1).top1());
        assertEquals(2, events.stream().filter(event -> event.startsWith("a opens")).count());
    }

    @Test
    void everyCursorIsClosedBeforeTheNextChunkStarts() {
        compare(echo("a", 2), echo("b", 2));
        assertEquals(
                List.of(
                        "b opens [1, 3, 0]",
                        "a opens [1, 3, 0]",
                        "a closes",
                        "b closes",
                        "b opens [2, 2]",
                        "a opens [2, 2]",
                        "a closes",
                        "b closes"),
                events);
    }

    @Test
    void cursorsAreClosedWhenOneFails() {
        for (List<Echo> sources :
                List.of(
                        List.of(new Echo("a", 2, 1), echo("b", 2)),
                        List.of(echo("a", 2), new Echo("b", 2, 1)))) {
            events.clear();
            var e =
                    assertThrows(
                            IllegalStateException.class,
                            () -> compare(sources.get(0), sources.get(1)));
            assertTrue(String.valueOf(e.getMessage()).endsWith("fails at 1"), e.getMessage());
            assertEquals(List.of("a closes", "b closes"), events.subList(2, events.size()));
        }
    }

    @Test
    void openedCursorsAreClosedWhenTheNextDoesNotOpen() {
        LogitSource broken =
                _ -> {
                    throw new IllegalStateException("does not open");
                };
        assertThrows(IllegalStateException.class, () -> compare(broken, echo("b", 2)));
        assertEquals(List.of("b opens [1, 3, 0]", "b closes"), events);
    }

    @Test
    void sourcesCannotChangeTheTokensOfOthers() {
        LogitSource vandal =
                tokens -> {
                    LogitCursor cursor = echo("b", 2).open(tokens.clone());
                    Arrays.fill(tokens, 0);
                    return cursor;
                };
        assertEquals(1.0, compare(echo("a", 2), vandal).getFirst().top1());
    }

    @Test
    void tieWidthIsHandedOn() {
        Agreement agreement =
                new TeacherForcing(CHUNKS, 2)
                        .compare(echo("a", 2), List.of(echo("b", -1)), Progress.NONE)
                        .getFirst();
        assertEquals(5, agreement.count(Choice.TIED));
    }

    @Test
    void progressCountsTokensOfFinishedChunks() {
        var reports = new ArrayList<String>();
        new TeacherForcing(CHUNKS, 0)
                .compare(
                        echo("a", 2),
                        List.of(echo("b", 2)),
                        (done, total) -> reports.add(done + "/" + total));
        assertEquals(List.of("3/5", "5/5"), reports);
    }

    @Test
    void noChunksAreRefused() {
        var none = new TeacherForcing(List.of(), 0);
        assertThrows(
                IllegalArgumentException.class,
                () -> none.compare(echo("a", 2), List.of(echo("b", 2)), Progress.NONE));
    }
}
