package dev.trilobit.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

class BackendsTest {
    @Test
    void reportTellsWhatIsTriedAndWhy() {
        CommandRun run = CommandRun.of("backends");
        assertEquals(0, run.code());
        assertEquals("", run.err());
        assertTrue(run.out().startsWith("asked for: auto (default)"), run.out());
        assertTrue(
                run.out()
                        .lines()
                        .anyMatch(line -> line.matches("cpu-vector +available: .*tried first")),
                run.out());
    }

    @Test
    void reportSaysWhoAsked() {
        CommandRun run = CommandRun.of("backends", "--backend", "cpu-vector");
        assertTrue(run.out().startsWith("asked for: cpu-vector (--backend)"), run.out());
    }

    @Test
    void jsonHasEveryCandidateWithItsVerdict() {
        CommandRun run = CommandRun.of("backends", "--json");
        JsonNode report = JsonMapper.shared().readTree(run.out());
        assertEquals("auto", report.get("request").asString());
        assertEquals("default", report.get("origin").asString());
        JsonNode first = report.get("candidates").get(0);
        assertEquals("cpu-vector", first.get("id").asString());
        assertTrue(first.get("available").asBoolean());
        assertTrue(first.get("score").asInt() > 0);
        assertEquals("tried first", first.get("verdict").asString());
    }

    @Test
    void unknownBackendListsTheKnownOnes() {
        CommandRun run = CommandRun.of("backends", "--backend", "abacus");
        assertEquals(2, run.code());
        assertTrue(run.err().contains("known here: cpu-vector"), run.err());
    }
}
