package dev.trilobit.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The option about how keys and values are kept. */
class KvTypeTest {
    private static final double EXACT = 1e-12;

    private static double divergence(String type) {
        CommandRun run =
                CommandRun.of(
                        "compare",
                        "embedded:binary@oracle",
                        "embedded:binary@cpu-vector",
                        "--tokens=1,5,9,100,33,7,81,200",
                        "--json",
                        "--kv-type=" + type);
        assertEquals(0, run.code(), run.err());
        JsonNode report = JsonMapper.shared().readTree(run.out());
        return report.get("kl_a_b").get("mean").asDouble();
    }

    @Test
    void narrowerNumbersCostMoreAndNotMuch() {
        double f32 = divergence("f32");
        double f16 = divergence("f16");
        double int8 = divergence("int8");
        assertTrue(f32 < EXACT, "f32: " + f32);
        assertTrue(f16 > f32 && f16 < 1e-5, "f16: " + f16);
        assertTrue(int8 > f16 && int8 < 1e-2, "int8: " + int8);
    }

    @ParameterizedTest
    @ValueSource(strings = {"f32", "f16", "int8"})
    void theBenchmarkTellsWhatItTimed(String type) {
        CommandRun run =
                CommandRun.of(
                        "bench",
                        "--prompt-tokens=0",
                        "--gen-tokens=2",
                        "--repetitions=1",
                        "--warm-up=0",
                        "--kv-type=" + type);
        assertEquals(0, run.code(), run.err());
        assertTrue(run.out().contains("cache " + type), run.out());
    }

    @Test
    void typesThatAreNoneAreRefusedWithThoseThatAre() {
        CommandRun run = CommandRun.of("run", "-n", "1", "--kv-type=f64", "Once");
        assertEquals(2, run.code());
        for (String part : new String[] {"f64", "f32", "f16", "int8"}) {
            assertTrue(run.err().contains(part), run.err());
        }
    }
}
