package dev.trilobit.model;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.trilobit.api.backend.BackendRequest;
import dev.trilobit.model.arch.ActivationChoice;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;

class GenerationRecordsTest {
    private static final GenerationOptions OPTIONS = GenerationOptions.defaults();

    private static void refused(String message, Executable action) {
        assertEquals(message, assertThrows(IllegalArgumentException.class, action).getMessage());
    }

    @Test
    void withChangesOneOption() {
        GenerationOptions changed =
                OPTIONS.withMaxTokens(7).withStopStrings(List.of("x")).withStopTokens(Set.of(3));

        assertEquals(
                new GenerationOptions(7, OPTIONS.sampling(), List.of("x"), Set.of(3)), changed);
    }

    @Test
    void fewerThanOneTokenIsRefused() {
        refused("max tokens: expected at least 1, got 0", () -> OPTIONS.withMaxTokens(0));
    }

    @Test
    void emptyStopStringIsRefused() {
        refused(
                "stop strings: expected none that is empty, got [a, ]",
                () -> OPTIONS.withStopStrings(List.of("a", "")));
    }

    @Test
    void negativeStopTokenIsRefused() {
        refused(
                "stop tokens: expected ids from 0, got [-1]",
                () -> OPTIONS.withStopTokens(Set.of(-1)));
    }

    @Test
    void negativeContextIsRefused() {
        refused(
                "max context tokens: expected 0 (the model's own) or more, got -1",
                () -> ModelOptions.defaults().withMaxContextTokens(-1));
    }

    @Test
    void modelOptionsChangeOneByOne() {
        ModelOptions changed =
                ModelOptions.defaults()
                        .withBackend(BackendRequest.of("x"))
                        .withMaxContextTokens(9)
                        .withBackendOptions(Map.of("threads", "2"))
                        .withI2s(I2sChoice.PROBE)
                        .withActivations(ActivationChoice.INT8);

        assertEquals(
                new ModelOptions(
                        BackendRequest.of("x"),
                        9,
                        Map.of("threads", "2"),
                        ModelOptions.defaults().progress(),
                        I2sChoice.PROBE,
                        ActivationChoice.INT8),
                changed);
    }

    @Test
    void ratesCountStepsOfDecoding() {
        var stats = new GenerationStats(100, 21, Duration.ofMillis(500), Duration.ofSeconds(2));

        assertEquals(200, stats.promptTokensPerSecond());
        assertEquals(10, stats.tokensPerSecond());
    }

    @Test
    void ratesOfNothingAreZero() {
        var stats = new GenerationStats(0, 0, Duration.ZERO, Duration.ZERO);

        assertEquals(0, stats.promptTokensPerSecond());
        assertEquals(0, stats.tokensPerSecond());
    }

    @Test
    void negativeStatsAreRefused() {
        assertThrows(
                IllegalArgumentException.class,
                () -> new GenerationStats(-1, 0, Duration.ZERO, Duration.ZERO));
    }
}
