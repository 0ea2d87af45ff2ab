package dev.trilobit.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.trilobit.api.program.Op;
import dev.trilobit.model.arch.DecoderModel;
import dev.trilobit.model.arch.DecoderModels;
import dev.trilobit.model.embedded.EmbeddedModels;
import java.io.IOException;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** What the command prints, not how fast anything is. */
class BenchTest {
    private static final List<String> QUICK =
            List.of("--repetitions=2", "--warm-up=0", "--prompt-tokens=9", "--gen-tokens=3");

    @TempDir private Path folder;

    private static CommandRun bench(String... more) {
        var arguments = new ArrayList<String>(List.of("bench"));
        arguments.addAll(QUICK);
        arguments.addAll(List.of(more));
        return CommandRun.of(arguments.toArray(String[]::new));
    }

    private static JsonNode json(CommandRun run) {
        assertEquals(0, run.code(), run.err());
        return JsonMapper.shared().readTree(run.out());
    }

    @Test
    void jsonHasEveryTestForEveryNumberOfThreads() {
        JsonNode report =
                json(bench("--threads=1,2", "--depth=0,5", "--step-tokens=2", "--format=json"));
        assertEquals(2, report.get("runs").size());
        for (JsonNode run : report.get("runs")) {
            var tests = new ArrayList<String>();
            run.get("results").forEach(result -> tests.add(result.get("test").asString()));
            assertEquals(
                    List.of(
                            "pp9",
                            "tg3",
                            "step1",
                            "step2",
                            "pp9 @ d5",
                            "tg3 @ d5",
                            "step1 @ d5",
                            "step2 @ d5"),
                    tests);
            assertEquals(2, run.get("results").get(0).get("seconds_samples").size());
            // At two depths: one row each of pp, tg and step1, two of step2.
            assertEquals(2 * 5, run.get("logits_compared").asInt());
            assertEquals(0, run.get("logits_differing_positions").size());
        }
        assertEquals("1", report.get("runs").get(0).get("threads").asString());
        assertEquals("cpu-vector", report.get("backend").asString());
        assertEquals("int8-per-token in 56 layers, float in 1 layers", rules(report));
    }

    /** In any order. */
    private static String rules(JsonNode report) {
        String text = report.get("activations").asString();
        return text.startsWith("float") ? text.replaceAll("(.*), (.*)", "$2, $1") : text;
    }

    @Test
    void cacheOfTheModelIsCountedByItsConfiguration() {
        JsonNode run = json(bench("--format=json")).get("runs").get(0);
        try (var embedded = EmbeddedModels.open("bitnet")) {
            DecoderModel model = DecoderModels.open(embedded);
            long layers =
                    model.program().ops().stream().filter(Op.Attend.class::isInstance).count();
            long numbers = 2L * layers * model.config().kvHeads() * model.config().headDim();
            assertEquals("f32", run.get("cache_type").asString());
            assertEquals(numbers * Float.BYTES, run.get("cache_bytes_per_position").asLong());
        }
        long weights = run.get("weight_bytes_per_token").asLong();
        long cache = run.get("cache_bytes_per_position").asLong();
        // Three tokens: one before the one in the middle.
        assertEquals(weights + cache, run.get("results").get(1).get("bytes_per_step").asLong());
    }

    @Test
    void csvHasARowForEachTestAndNothingElse() {
        CommandRun run = bench("--format=csv");
        List<String> lines = run.out().lines().toList();
        assertEquals(3, lines.size(), run.out());
        assertTrue(lines.getFirst().startsWith("model,architecture,parameters"), run.out());
        assertTrue(lines.get(1).startsWith("embedded:bitnet,"), run.out());
        assertEquals("", run.err());
    }

    @Test
    void tableIsForPeople() {
        CommandRun run = bench("--no-check");
        assertEquals(0, run.code(), run.err());
        assertTrue(run.out().startsWith("model "), run.out());
        assertTrue(run.out().contains("logits not compared"), run.out());
        assertTrue(bench("--format=markdown").out().startsWith("| model "));
    }

    @Test
    void noTokenizerIsNeeded() throws IOException {
        Path bare = Files.createDirectory(folder.resolve("bare"));
        try (var embedded = EmbeddedModels.open("bitnet")) {
            for (String name : List.of("config.json", "model.safetensors")) {
                byte[] bytes = embedded.find(name).orElseThrow().toArray(ValueLayout.JAVA_BYTE);
                Files.write(bare.resolve(name), bytes);
            }
        }
        assertEquals(0, bench("--model=" + bare).code());
    }

    @Test
    void plotIsWritten() throws IOException {
        Path plot = folder.resolve("plot.svg");
        CommandRun run = bench("--plot=" + plot, "--depth=0,20");
        assertEquals(0, run.code(), run.err());
        String svg = Files.readString(plot);
        assertTrue(svg.contains("Decoding by context"), svg);
        assertTrue(svg.contains("Roofline"), svg);
    }

    @Test
    void kernelsAreTimedOnTheirOwn() {
        CommandRun run =
                CommandRun.of(
                        "bench",
                        "kernels",
                        "--shape=32x64,64x32x64",
                        "--group=32",
                        "--m=1,3",
                        "--filter=^(binary-g32|ternary, int8-per-token) .* m3$",
                        "--sample-time=0.0001",
                        "--repetitions=2",
                        "--threads=1",
                        "--format=csv");
        assertEquals(0, run.code(), run.err());
        List<String> lines = run.out().lines().toList();
        // Two formats and bf16, two shapes, one size.
        assertEquals(1 + 2 * 3, lines.size(), run.out());
        assertTrue(
                lines.get(1).startsWith("cpu-vector,1,binary-g32,float,32x64,3,2048,1,"),
                run.out());
    }

    @Test
    void oneTokenGoesThroughCopiesUnlessAskedOtherwise() {
        assertEquals(List.of("256", "256"), copies());
        assertEquals(List.of("1", "1"), copies("--in-cache"));
    }

    private static List<String> copies(String... more) {
        var arguments =
                new ArrayList<String>(
                        List.of(
                                "bench",
                                "kernels",
                                "--shape=32x256",
                                "--bits=q6_k",
                                "--activations=int8",
                                "--m=1",
                                "--sample-time=0.0001",
                                "--repetitions=1",
                                "--threads=1",
                                "--format=json"));
        arguments.addAll(List.of(more));
        JsonNode report = json(CommandRun.of(arguments.toArray(String[]::new)));
        assertEquals("int8-per-group", report.get("results").get(0).get("activations").asString());
        return report.get("results")
                .valueStream()
                .map(result -> result.get("copies").asString())
                .toList();
    }

    @Test
    void pythonWithoutMlxIsToldBeforeAnythingIsTimed() {
        CommandRun run =
                CommandRun.of(
                        "bench", "kernels", "--shape=32x64", "--m=1", "--mlx=/no/such/python");
        assertEquals(1, run.code(), run.err());
        assertEquals("", run.out());
        assertTrue(run.err().contains("--mlx: /no/such/python"), run.err());
    }

    @Test
    void kernelsTeachByExamplesToo() {
        CommandRun run = CommandRun.of("bench", "kernels", "--help");
        assertEquals(0, run.code());
        assertTrue(run.out().startsWith("Usage: trilobit bench kernels"), run.out());
        assertTrue(run.out().contains("Examples:\n  "), run.out());
        assertTrue(CommandRun.of("bench", "--help").out().contains("kernels"), "not listed");
    }
}
