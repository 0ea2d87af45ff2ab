package dev.trilobit.cli.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.trilobit.cli.io.UsageException;
import java.util.List;
import org.junit.jupiter.api.Test;

class BenchPlanTest {
    private static final List<Integer> NONE = List.of(0);

    private static List<String> labels(BenchPlan plan, int depth) {
        return plan.tests(depth).stream().map(TokenTest::label).toList();
    }

    @Test
    void testsAreCalledAsLlamaBenchCallsThem() {
        var plan = new BenchPlan(List.of(512), List.of(128), NONE, List.of(0, 1024), 128);
        assertEquals(List.of("pp512", "tg128"), labels(plan, 0));
        assertEquals(List.of("pp512 @ d1024", "tg128 @ d1024"), labels(plan, 1024));
    }

    @Test
    void stepsAreComparedWithOneToken() {
        var plan = new BenchPlan(NONE, NONE, List.of(4, 8), List.of(0), 4);
        assertEquals(List.of("step1", "step4", "step8"), labels(plan, 0));
        assertEquals(8, plan.largestStep());
    }

    @Test
    void aStepDoesNotMakePromptsGoInStepsAsLarge() {
        var plan = new BenchPlan(List.of(100), NONE, List.of(8), List.of(0), 4);
        assertEquals(4, plan.tests(0).getFirst().stepTokens(plan.batch()));
        assertEquals(8, plan.largestStep());
    }

    @Test
    void logitsAreCheckedInStepsThatNoTestHas() {
        assertEquals(
                64, new BenchPlan(List.of(512), List.of(128), NONE, List.of(0), 128).checkedStep());
        assertEquals(
                62, new BenchPlan(List.of(63), NONE, List.of(64), List.of(0), 128).checkedStep());
        assertEquals(
                31, new BenchPlan(List.of(32), List.of(32), NONE, List.of(0), 128).checkedStep());
        // There is no other.
        assertEquals(1, new BenchPlan(NONE, List.of(3), NONE, List.of(0), 1).checkedStep());
    }

    @Test
    void contextHoldsTheLongestTestAtTheGreatestDepth() {
        assertEquals(
                4096 + 512,
                new BenchPlan(List.of(512), List.of(128), List.of(8), List.of(4096, 0), 128)
                        .contextTokens());
        assertEquals(
                10 + 16 * 8,
                new BenchPlan(List.of(100), NONE, List.of(8), List.of(10), 128).contextTokens());
    }

    @Test
    void depthsAreVisitedFromTheLeast() {
        assertEquals(
                List.of(0, 512, 1024),
                new BenchPlan(List.of(1), NONE, NONE, List.of(1024, 0, 512), 128).depths());
    }

    @Test
    void nothingToTimeIsAMistake() {
        assertThrows(UsageException.class, () -> new BenchPlan(NONE, NONE, NONE, List.of(0), 128));
    }
}
