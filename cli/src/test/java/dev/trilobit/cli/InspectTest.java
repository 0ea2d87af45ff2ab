package dev.trilobit.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

class InspectTest {
    private static JsonNode inspect(String... arguments) {
        return JsonMapper.shared().readTree(CommandRun.of(arguments).out());
    }

    @ParameterizedTest
    @CsvSource({"embedded:bitnet, bitnet, ternary", "embedded:binary, qwen3, binary"})
    void jsonTellsSizesFormatsAndTextRules(String place, String architecture, String format) {
        JsonNode model = inspect("inspect", "--json", place);
        assertEquals(place, model.get("label").asString());
        assertEquals(architecture, model.get("architecture").asString());
        assertEquals(4096, model.get("vocabulary").asInt());
        assertEquals(8, model.get("layers").asInt());
        assertEquals(2, model.get("kv_heads").asInt());
        assertEquals(512, model.get("max_context_tokens").asInt());
        assertTrue(
                model.get("formats").propertyNames().stream().anyMatch(it -> it.startsWith(format)),
                model.toString());
        assertEquals(0, model.get("text").get("end_tokens").get(0).asInt());
        assertFalse(model.get("text").get("chat_template").asBoolean());
        assertTrue(model.get("files").get("model.safetensors").asLong() > 5_000_000);
        assertFalse(model.has("tensors"));
    }

    @Test
    void tensorsAreListedWhenAskedFor() {
        JsonNode tensors =
                inspect("inspect", "--json", "--tensors", "embedded:bitnet").get("tensors");
        assertTrue(tensors.size() > 8 * 7, String.valueOf(tensors.size()));
        assertEquals(384, tensors.get(0).get("columns").asInt());
    }

    @Test
    void textIsForPeopleAndOnStandardOutput() {
        CommandRun run = CommandRun.of("inspect", "embedded:binary");
        assertEquals(0, run.code(), run.err());
        assertEquals("", run.err());
        assertTrue(run.out().matches("(?s)model +embedded:binary\n.*layers +8\n.*"), run.out());
    }
}
