package dev.trilobit.model.generate;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;

class SamplerSettingsTest {
    private static final SamplerSettings SETTINGS = SamplerSettings.defaults();

    private static void refused(String message, Executable action) {
        assertEquals(message, assertThrows(IllegalArgumentException.class, action).getMessage());
    }

    @Test
    void greedyIsGreedyAndDefaultsAreNot() {
        assertTrue(SamplerSettings.greedy().isGreedy());
        assertFalse(SETTINGS.isGreedy());
    }

    @Test
    void withChangesOneOption() {
        SamplerSettings changed =
                SETTINGS.withTopK(3)
                        .withRepetitionPenalty(1.5)
                        .withRepetitionWindow(64)
                        .withFrequencyPenalty(0.5)
                        .withPresencePenalty(0.25)
                        .withSeed(9);

        assertEquals(
                new SamplerSettings(
                        0.8, 3, 0.95, 0.05, new Penalties(1.5, 64, 0.5, 0.25), Map.of(), 9),
                changed);
    }

    @Test
    void temperatureOutOfRangeIsRefused() {
        String expected = "temperature: expected 0 (greedy) or 0.001 to 100.0, got ";
        refused(expected + "-1.0", () -> SETTINGS.withTemperature(-1));
        refused(expected + "1.0E-4", () -> SETTINGS.withTemperature(1e-4));
        refused(expected + "101.0", () -> SETTINGS.withTemperature(101));
        refused(expected + "NaN", () -> SETTINGS.withTemperature(Double.NaN));
    }

    @Test
    void topKBelowZeroIsRefused() {
        refused("top-k: expected 0 (off) or more, got -1", () -> SETTINGS.withTopK(-1));
    }

    @Test
    void topPOutOfRangeIsRefused() {
        String expected = "top-p: expected above 0 and at most 1 (off), got ";
        refused(expected + "0.0", () -> SETTINGS.withTopP(0));
        refused(expected + "1.5", () -> SETTINGS.withTopP(1.5));
        refused(expected + "NaN", () -> SETTINGS.withTopP(Double.NaN));
    }

    @Test
    void minPOutOfRangeIsRefused() {
        String expected = "min-p: expected 0 (off) to 1, got ";
        refused(expected + "-0.5", () -> SETTINGS.withMinP(-0.5));
        refused(expected + "1.5", () -> SETTINGS.withMinP(1.5));
        refused(expected + "NaN", () -> SETTINGS.withMinP(Double.NaN));
    }

    @Test
    void repetitionPenaltyOutOfRangeIsRefused() {
        String expected = "repetition penalty: expected a number above 0 (1 is off), got ";
        refused(expected + "0.0", () -> SETTINGS.withRepetitionPenalty(0));
        refused(expected + "NaN", () -> SETTINGS.withRepetitionPenalty(Double.NaN));
        refused(
                expected + "Infinity",
                () -> SETTINGS.withRepetitionPenalty(Double.POSITIVE_INFINITY));
    }

    @Test
    void emptyRepetitionWindowIsRefused() {
        refused(
                "repetition window: expected at least 1 token, got 0",
                () -> SETTINGS.withRepetitionWindow(0));
    }

    @Test
    void frequencyAndPresencePenaltiesOutOfRangeAreRefused() {
        refused(
                "frequency penalty: expected -2 to 2 (0 is off), got 2.5",
                () -> SETTINGS.withFrequencyPenalty(2.5));
        refused(
                "presence penalty: expected -2 to 2 (0 is off), got NaN",
                () -> SETTINGS.withPresencePenalty(Double.NaN));
    }

    @Test
    void biasThatIsNoNumberIsRefused() {
        String expected =
                "logit bias: expected a token id from 0 and a finite number or -Infinity, got ";
        refused(expected + "7=NaN", () -> SETTINGS.withLogitBias(Map.of(7, Float.NaN)));
        refused(expected + "-7=1.0", () -> SETTINGS.withLogitBias(Map.of(-7, 1f)));
        refused(
                expected + "7=Infinity",
                () -> SETTINGS.withLogitBias(Map.of(7, Float.POSITIVE_INFINITY)));
    }

    @Test
    void allReasonsAreReportedAtOnce() {
        refused(
                "top-k: expected 0 (off) or more, got -2; min-p: expected 0 (off) to 1, got 3.0",
                () -> new SamplerSettings(1, -2, 1, 3, Penalties.NONE, Map.of(), 0));
    }
}
