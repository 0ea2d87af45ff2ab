package dev.trilobit.cli.conform;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.trilobit.conformance.contract.Budget;
import java.util.List;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

class ReportJsonTest {
    private static String json() {
        return JsonMapper.shared().writeValueAsString(ReportJson.object(SampleReport.report()));
    }

    private static JsonNode report() {
        return JsonMapper.shared().readTree(json());
    }

    private static JsonNode check(String name) {
        return report().get("backends")
                .get(1)
                .get("checks")
                .valueStream()
                .filter(check -> check.get("check").asString().equals(name))
                .findFirst()
                .orElseThrow();
    }

    @Test
    void numbersAreNumbersAndWhatJsonHasNoFormForIsAString() {
        assertEquals(1.5, ReportJson.number(1.5));
        assertEquals("NaN", ReportJson.number(Double.NaN));
        assertEquals("Infinity", ReportJson.number(Double.POSITIVE_INFINITY));
        assertEquals("-Infinity", ReportJson.number(Double.NEGATIVE_INFINITY));
        JsonNode broken = check("linear, case 5").get("measurements").get(0);
        assertEquals(2e-10, broken.get("value").doubleValue());
        assertFalse(broken.get("passes").booleanValue());
        JsonNode nan = check("rms-norm, case 6").get("measurements").get(0);
        assertEquals("NaN", nan.get("value").asString());
        assertFalse(nan.get("passes").booleanValue());
    }

    @Test
    void everyNumberIsWrittenWhole() {
        JsonNode positions = check("embedded:bitnet").get("agreements").get(1).get("positions");
        double written = positions.get("kl_forward").get(0).doubleValue();
        assertEquals(
                SampleReport.report()
                        .tried()
                        .getFirst()
                        .outcomes()
                        .getLast()
                        .result()
                        .agreements()
                        .get("decode")
                        .positions()
                        .getFirst()
                        .forward(),
                written);
    }

    @Test
    void figureWithoutALimitHasNone() {
        JsonNode width = check("linear, case 1").get("measurements").get(1);
        assertEquals("none", width.get("bound").asString());
        assertFalse(width.has("limit"));
        assertFalse(width.has("passes"));
    }

    @Test
    void pathsComeInTheOrderATextTakesThemAndPositionsAsColumns() {
        JsonNode agreements = check("embedded:bitnet").get("agreements");
        assertEquals(
                List.of("prefill", "decode"),
                agreements.valueStream().map(one -> one.get("path").asString()).toList());
        JsonNode prefill = agreements.get(0);
        for (String column : List.of("chunk", "position", "kl_forward", "kl_reverse", "choice")) {
            assertEquals(
                    SampleReport.CHUNKS * SampleReport.CHUNK_TOKENS,
                    prefill.get("positions").get(column).size(),
                    column);
        }
        assertEquals("NaN", prefill.get("kl_forward").get("mean").asString());
        assertEquals(1, prefill.get("choices").get("not_finite").intValue());
        assertEquals(SampleReport.CHUNKS, prefill.get("top1_by_chunk").size());
    }

    @Test
    void modelsHaveTheLimitsOfTheirActivationsAndRandomOnesHaveNone() {
        assertEquals(
                Budget.float32().int8Activations().worstChunkTop1(),
                check("embedded:bitnet").get("limits").get("worst_chunk_top1").doubleValue());
        assertFalse(check("random qwen3").has("limits"));
        assertFalse(check("random qwen3").has("model"));
    }

    @Test
    void backendThatDoesNotRunHasItsReason() {
        JsonNode absent = report().get("backends").get(0);
        assertFalse(absent.get("available").booleanValue());
        assertEquals("skipped", absent.get("verdict").asString());
        assertEquals("it needs " + SampleReport.HOSTILE, absent.get("reason").asString());
    }

    @Test
    void contractsCountTheirVerdicts() {
        JsonNode op = report().get("backends").get(1).get("contracts").get(1);
        assertEquals("op", op.get("name").asString());
        assertEquals(6, op.get("passed").intValue());
        assertEquals(2, op.get("failed").intValue());
        assertEquals(1, op.get("refused").intValue());
        assertEquals(9 * 12, op.get("millis").intValue());
    }

    @Test
    void sameReportIsWrittenTheSame() {
        assertEquals(json(), json());
        assertTrue(
                json().startsWith("{\"schema\":\"trilobit-conformance/1\",\"verdict\":\"failed\""));
    }
}
