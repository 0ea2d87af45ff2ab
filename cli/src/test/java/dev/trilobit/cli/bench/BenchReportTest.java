package dev.trilobit.cli.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.trilobit.cli.bench.plot.Chart;
import dev.trilobit.cli.bench.plot.Series;
import dev.trilobit.cli.bench.table.ReportFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** Expected numbers are worked out by hand from {@link SampleRuns}. */
class BenchReportTest {
    /** Of products and quotients in double. */
    private static final double ROUNDING = 1e-9;

    private final ThreadRun run = SampleRuns.run();
    private final TestResult generated = run.results().get(1);

    @Test
    void tokensASecondAreThoseOfTheMedianRepetition() {
        assertEquals(5 / 2.5, generated.tokensPerSecond().median());
        assertEquals(5 / 5.0, generated.tokensPerSecond().least());
        assertEquals(5 / 2.0, generated.tokensPerSecond().most());
    }

    @Test
    void aStepReadsTheWeightsAndTheCacheOfTheTokensBefore() {
        // Tokens 0 to 4: two before the one in the middle.
        assertEquals(1000 + 2 * 10, run.bytesPerStep(SampleRuns.GENERATE));
        assertEquals(1000 + 102 * 10, run.bytesPerStep(SampleRuns.DEEP));
    }

    @Test
    void bandwidthCountsEveryStep() {
        assertEquals(5 * 1020 / 2.5, run.bytesPerSecond(generated).median(), ROUNDING);
        // A prompt of 8 in steps of 4: two steps, 3.5 tokens before the middle.
        assertEquals(
                2 * 1035 / 2.0, run.bytesPerSecond(run.results().getFirst()).median(), ROUNDING);
    }

    @Test
    void shareIsThatOfTheMedianReading() {
        assertEquals(5 * 1020 / 2.5 / 4000, run.shareOfRead(generated), ROUNDING);
    }

    @Test
    void costOfAStepIsToldInStepsOfOneToken() {
        assertEquals(Optional.of(20 / 16.0), run.cost(run.results().getLast()));
        assertEquals(Optional.empty(), run.cost(generated));
    }

    @Test
    void allocationIsThatOfAToken() {
        assertEquals(50 / 5.0, generated.allocatedBytesPerToken());
    }

    @Test
    void memoryIsBoundByWeightsCacheAndTheVirtualMachine() {
        // 900 bytes of weights, 128 positions of 10 bytes.
        assertEquals(Math.round(1.15 * 2180) + 150_000_000, run.program().memoryBoundBytes());
    }

    @Test
    void aRepetitionThatAllocatesIsSeen() {
        var result =
                new TestResult(
                        SampleRuns.GENERATE,
                        List.of(new Lap(1, 0), new Lap(1, 0), new Lap(1, 500)));
        assertEquals(0, result.allocatedBytesPerToken());
        assertEquals(100, result.mostAllocatedBytesPerToken());
    }

    @Test
    void rowsHaveTheSameKeysForSpreadsheets() {
        List<Map<String, Object>> rows = SampleRuns.report().rows();
        assertEquals(5, rows.size());
        for (Map<String, Object> row : rows) {
            assertEquals(List.copyOf(rows.getFirst().keySet()), List.copyOf(row.keySet()));
        }
        assertEquals(2.0, rows.get(1).get("tokens_per_second"));
        assertEquals(1020L, rows.get(1).get("bytes_per_step"));
        assertEquals(1.25, rows.get(4).get("cost_in_single_steps"));
        assertNull(rows.get(1).get("cost_in_single_steps"));
        assertNull(rows.getFirst().get("commit"));
        assertEquals("a processor", rows.getFirst().get("processor"));
        assertEquals("tg5 @ d100", rows.get(2).get("test"));
    }

    @Test
    void tableHasARowForEachTestAndTheFactsBelow() {
        var table = new BenchTable(SampleRuns.report());
        List<String> lines = table.table().lines(ReportFormat.TABLE);
        assertEquals(6, lines.size());
        assertTrue(
                lines.get(2).matches("a\\.gguf .* tg5 +2\\.00 +1\\.00 +2\\.50 .*"), lines.get(2));
        assertTrue(lines.get(5).endsWith("1.25x"), lines.get(5));
        String facts = String.join("\n", table.facts());
        for (String fact :
                List.of(
                        "a processor",
                        "float in 1 layers, int8-per-token in 4 layers",
                        "compiled in 0.25 s; 900 bytes of weights repacked, 1000 bytes read",
                        "cache f16, 1280 bytes for 128 tokens",
                        "5.0 MB peak RSS",
                        "logits equal to the conformance runner's, bit for bit, in 5 rows",
                        "bound 150.0 MB",
                        "2026-11-22T03:04:05Z; Trilobit 0.1; trilobit bench")) {
            assertTrue(facts.contains(fact), facts);
        }
    }

    @Test
    void curveByContextHasTheMediansAndTheLimitOfTheMemory() {
        Chart chart = new BenchPlots(SampleRuns.report()).byContext().orElseThrow();
        Series limit = chart.series().getFirst();
        Series pace = chart.series().getLast();
        assertEquals(new Series.Point(2, 2, 1, 2.5, ""), pace.points().getFirst());
        assertEquals(new Series.Point(102, 1, 1, 1, ""), pace.points().getLast());
        assertEquals(4000.0 / 1000, limit.points().getFirst().y(), ROUNDING);
        assertEquals(4000.0 / 2020, limit.points().getLast().y(), ROUNDING);
    }

    @Test
    void rooflinePutsWorkOverBytes() {
        Chart chart = new BenchPlots(SampleRuns.report()).roofline();
        List<Series.Point> dots = chart.series().getLast().points();
        // The test at depth 100 is left out.
        assertEquals(
                List.of("pp8", "tg5", "step1", "step4"),
                dots.stream().map(Series.Point::label).toList());
        Series.Point generate = dots.get(1);
        double work = 4000 + 20 * 2;
        assertEquals(work / 1020, generate.x(), ROUNDING);
        assertEquals(2 * work / 1e9, generate.y(), ROUNDING);
        Series.Point prompt = dots.getFirst();
        // Two steps, and the head once for each of them.
        double prompted = 8 * (3000 + 20 * 3.5) + 2 * 1000;
        assertEquals(prompted / (2 * 1035), prompt.x(), ROUNDING);
        assertEquals(prompted / 2 / 1e9, prompt.y(), ROUNDING);
    }
}
