package dev.trilobit.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.trilobit.model.GenerationOptions;
import dev.trilobit.model.LanguageModel;
import dev.trilobit.model.ModelOptions;
import dev.trilobit.model.embedded.EmbeddedModels;
import dev.trilobit.model.generate.SamplerSettings;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

class RunTest {
    private static final String PROMPT = "Once upon a time";
    private static final int TOKENS = 12;

    private static CommandRun greedy(String... more) {
        var arguments = new ArrayList<>(List.of("run", "-t", "0", "-n", String.valueOf(TOKENS)));
        arguments.addAll(Arrays.asList(more));
        return CommandRun.of(arguments.toArray(String[]::new));
    }

    private static String expected(String model) {
        try (var opened = LanguageModel.open(EmbeddedModels.open(model), ModelOptions.defaults())) {
            return opened.generate(
                            PROMPT,
                            GenerationOptions.defaults()
                                    .withMaxTokens(TOKENS)
                                    .withSampling(SamplerSettings.greedy()))
                    .text();
        }
    }

    @Test
    void onlyTheTextGoesToStandardOutput() {
        CommandRun run = greedy(PROMPT);
        assertEquals(0, run.code(), run.err());
        assertEquals(expected("bitnet") + "\n", run.out());
    }

    @Test
    void otherEmbeddedModelIsUsedWhenNamed() {
        assertEquals(expected("binary") + "\n", greedy("--model", "embedded:binary", PROMPT).out());
    }

    @Test
    void figuresGoToStandardError() {
        String err = greedy(PROMPT).err();
        assertEquals(1, err.lines().count(), err);
        assertTrue(
                err.matches(
                        "12 tokens, first after [0-9.]+ s, then [0-9.]+ tokens/s, [0-9.]+ [MG]B .*\n"),
                err);
    }

    @Test
    void statsTellsTimesModelBackendAndSeed() {
        String err = greedy("--stats", "--seed", "42", PROMPT).err();
        for (String part :
                List.of("first text after", "embedded:bitnet", "cpu-vector", "seed 42")) {
            assertTrue(err.contains(part), part + " in " + err);
        }
    }

    @Test
    void promptIsPipedIn() {
        String[] arguments = {"run", "-t", "0", "-n", String.valueOf(TOKENS)};
        assertEquals(greedy(PROMPT).out(), CommandRun.piped(PROMPT + "\n", arguments).out());
    }

    @Test
    void dashReadsStandardInputEvenAtATerminal() {
        CommandRun run = CommandRun.piped(PROMPT, "run", "-t", "0", "-n", "12", "-");
        assertEquals(greedy(PROMPT).out(), run.out());
    }

    @Test
    void jsonIsOneObjectAndNothingElse() {
        CommandRun run = greedy("--json", "--seed", "7", PROMPT);
        JsonNode object = JsonMapper.shared().readTree(run.out());
        assertEquals("", run.err());
        assertEquals(expected("bitnet"), object.get("text").asString());
        assertEquals(TOKENS, object.get("tokens").size());
        assertEquals("max_tokens", object.get("stop_reason").asString());
        assertEquals("embedded:bitnet", object.get("model").asString());
        assertEquals("cpu-vector", object.get("backend").asString());
        assertEquals(7, object.get("seed").asLong());
        JsonNode stats = object.get("stats");
        assertEquals(TOKENS, stats.get("generated_tokens").asInt());
        assertTrue(stats.get("prompt_tokens").asInt() > 0);
        assertTrue(stats.get("tokens_per_second").asDouble() > 0);
        assertTrue(stats.get("first_text_seconds").asDouble() > 0);
        assertTrue(stats.get("memory_bytes").asLong() > 0);
    }

    @Test
    void sameSeedGivesTheSameText() {
        String[] arguments = {"run", "-n", "20", "--seed", "5", PROMPT};
        assertEquals(CommandRun.of(arguments).out(), CommandRun.of(arguments).out());
    }

    @Test
    void drawnSeedIsToldSoThatTheTextCanBeHadAgain() {
        JsonNode first =
                JsonMapper.shared()
                        .readTree(CommandRun.of("run", "--json", "-n", "20", PROMPT).out());
        String seed = first.get("seed").asString();
        JsonNode again =
                JsonMapper.shared()
                        .readTree(
                                CommandRun.of("run", "--json", "-n", "20", "--seed", seed, PROMPT)
                                        .out());
        assertEquals(first.get("text"), again.get("text"));
    }

    @Test
    void stopStringEndsTheTextBeforeIt() {
        CommandRun run = greedy("--stop", "little", "--json", PROMPT);
        JsonNode object = JsonMapper.shared().readTree(run.out());
        assertEquals("stop_string", object.get("stop_reason").asString());
        assertFalse(object.get("text").asString().contains("little"));
    }

    @Test
    void logitBiasForbidsAToken() {
        JsonNode plain = JsonMapper.shared().readTree(greedy("--json", PROMPT).out());
        int first = plain.get("tokens").get(0).asInt();
        JsonNode biased =
                JsonMapper.shared()
                        .readTree(
                                greedy("--json", "--logit-bias", first + "=-Infinity", PROMPT)
                                        .out());
        assertNotEquals(first, biased.get("tokens").get(0).asInt());
    }

    @Test
    void threadsReachTheBackend() {
        assertEquals(greedy(PROMPT).out(), greedy("--threads", "1", PROMPT).out());
    }

    @Test
    void contextLargerThanTheModelsIsRefused() {
        CommandRun run = greedy("--context", "100000", PROMPT);
        assertEquals(2, run.code(), run.err());
        assertEquals("", run.out());
    }

    @Test
    void promptThatDoesNotFitIsAFailure() {
        CommandRun run = greedy("--context", "8", "one two three four five six seven eight nine");
        assertEquals(1, run.code(), run.err());
        assertEquals("", run.out());
        assertTrue(run.err().contains("8"), run.err());
    }

    @Test
    void unknownBackendIsAMistake() {
        CommandRun run = greedy("--backend", "abacus", PROMPT);
        assertEquals(2, run.code(), run.err());
        assertTrue(run.err().contains("known here: cpu-vector"), run.err());
    }

    @Test
    void verboseTellsTheChosenBackend() {
        CommandRun run = greedy("--verbose", PROMPT);
        assertTrue(run.err().contains("INFO: backend cpu-vector"), run.err());
        assertEquals(expected("bitnet") + "\n", run.out());
    }
}
