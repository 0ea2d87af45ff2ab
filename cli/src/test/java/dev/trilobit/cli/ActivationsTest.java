package dev.trilobit.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The option about the input of linear layers. */
class ActivationsTest {
    private static JsonNode compare(String... more) {
        var arguments =
                new ArrayList<>(
                        List.of(
                                "compare",
                                "embedded:binary@oracle",
                                "embedded:binary",
                                "--tokens=1,5,9,100,33",
                                "--json"));
        arguments.addAll(List.of(more));
        CommandRun run = CommandRun.of(arguments.toArray(String[]::new));
        assertEquals(0, run.code(), run.err());
        return JsonMapper.shared().readTree(run.out());
    }

    @Test
    void backendAndOracleRoundAlike() {
        compare("--activations=int8", "--max-kl=1e-3");
        compare("--activations=float", "--max-kl=1e-10");
    }

    @Test
    void bitNetRefusesFloatAndTakesInt8() {
        CommandRun refused = CommandRun.of("run", "-n", "1", "--activations=float", "Once");
        assertEquals(2, refused.code());
        assertTrue(
                refused.err().contains("embedded:bitnet rounds them to int8 by its own definition"),
                refused.err());
        CommandRun plain = CommandRun.of("run", "-n", "4", "-t", "0", "Once");
        CommandRun int8 = CommandRun.of("run", "-n", "4", "-t", "0", "--activations=int8", "Once");
        assertEquals(0, int8.code(), int8.err());
        assertEquals(plain.out(), int8.out());
    }

    @Test
    void conformTellsWhatRoundingCosts() {
        CommandRun run =
                CommandRun.of(
                        "conform",
                        "--contracts=model",
                        "--activations=int8",
                        "--chunks=2",
                        "--chunk=12",
                        "--json");
        assertEquals(0, run.code(), run.err());
        JsonNode report = JsonMapper.shared().readTree(run.out());
        for (JsonNode model : report.get("models")) {
            assertEquals("int8", model.get("activations").asString());
            assertEquals(
                    model.get("name").asString().equals("embedded:binary"),
                    model.get("rounded_by_choice").asBoolean());
        }
        List<JsonNode> costs =
                report.get("backends")
                        .get(0)
                        .get("checks")
                        .valueStream()
                        .filter(
                                check ->
                                        check.get("check")
                                                .asString()
                                                .endsWith("int8 against float activations"))
                        .toList();
        assertEquals(1, costs.size());
        JsonNode cost = costs.getFirst();
        assertEquals("embedded:binary", cost.get("model").asString());
        assertFalse(cost.has("limits"));
        JsonNode agreement = cost.get("agreements").get(0);
        assertEquals("int8 activations", agreement.get("path").asString());
        double divergence = agreement.get("kl_forward").get("mean").asDouble();
        assertTrue(divergence > 1e-7 && divergence < 0.05, "KL " + divergence);
    }
}
