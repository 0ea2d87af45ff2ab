package dev.trilobit.model.arch;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class UnknownTensorsTest {
    /** As many as a file may have of one kind: quadratic in them, this took half an hour. */
    private static final int MANY = 131_072;

    @Test
    void namesAreSortedByKind() {
        assertEquals(
                List.of(
                        "biases are not supported, got a.bias, b.bias",
                        "mixtures of experts are not supported, got a.experts.0.w",
                        "1 tensors are unknown to this architecture: odd.weight"),
                UnknownTensors.problems(
                        List.of("a.bias", "odd.weight", "a.experts.0.w", "b.bias")));
    }

    @Test
    void manyNamesAreSortedAtOnceAndTheFirstOfThemShown() {
        List<String> names =
                IntStream.range(0, MANY)
                        .mapToObj("layer.%d.a_name_as_long_as_they_are.bias"::formatted)
                        .toList();
        List<String> problems =
                assertTimeoutPreemptively(
                        Duration.ofSeconds(20), () -> UnknownTensors.problems(names));
        assertEquals(1, problems.size());
        assertTrue(problems.getFirst().endsWith(" and 130972 more"), problems.getFirst());
        assertTrue(problems.getFirst().length() < 10_000);
    }
}
