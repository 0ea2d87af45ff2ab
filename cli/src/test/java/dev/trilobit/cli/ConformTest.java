package dev.trilobit.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.trilobit.cli.conform.Declarations;
import dev.trilobit.cli.conform.Louder;
import dev.trilobit.cli.conform.Providers;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

class ConformTest {
    private static final String QUICK = "--contracts=provider";

    @TempDir private Path folder;

    private static List<String> names(JsonNode array, String field) {
        return array.valueStream().map(node -> node.get(field).asString()).toList();
    }

    @Test
    void contractsAreTabledWithTheirVerdicts() {
        CommandRun run = CommandRun.of("conform", QUICK);
        assertEquals(0, run.code(), run.err());
        assertTrue(run.out().startsWith("cpu-vector: "), run.out());
        assertTrue(
                run.out()
                        .lines()
                        .anyMatch(line -> line.matches(" +provider +[1-9]\\d* +0 +0 +\\d.*")),
                run.out());
        assertTrue(run.out().contains("\npassed: "), run.out());
        assertEquals("", run.err());
    }

    @Test
    void jsonTellsTheSameAndNothingElseIsPrinted() {
        CommandRun run =
                CommandRun.of("conform", QUICK, "--json", "--backend=cpu-vector", "--threads=1");
        assertEquals(0, run.code(), run.err());
        JsonNode report = JsonMapper.shared().readTree(run.out());
        assertEquals("trilobit-conformance/1", report.get("schema").asString());
        assertEquals("passed", report.get("verdict").asString());
        assertEquals(
                "trilobit conform --contracts=provider --json --backend=cpu-vector --threads=1",
                report.get("command").asString());
        JsonNode backend = report.get("backends").get(0);
        assertEquals("cpu-vector", backend.get("id").asString());
        assertEquals("1", backend.get("options").get("threads").asString());
        assertEquals(List.of("provider"), names(backend.get("contracts"), "name"));
    }

    @Test
    void reportIsOnePageAndItsData() throws IOException {
        Path out = folder.resolve("made/if need be");
        CommandRun run = CommandRun.of("conform", QUICK, "--out", out.toString());
        assertEquals(0, run.code(), run.err());
        assertTrue(run.err().endsWith("report: " + out.resolve("conformance.html") + "\n"));
        try (Stream<Path> files = Files.list(out)) {
            assertEquals(
                    List.of("conformance.html", "conformance.json"),
                    files.map(file -> file.getFileName().toString()).sorted().toList());
        }
        JsonNode data =
                JsonMapper.shared().readTree(Files.readString(out.resolve("conformance.json")));
        assertEquals("passed", data.get("verdict").asString());
        assertTrue(data.get("command").asString().contains("--out '" + out + "'"));
        assertTrue(Files.readString(out.resolve("conformance.html")).contains("<!DOCTYPE html>"));
    }

    @Test
    void reportThatIsThereIsReplaced() throws IOException {
        Files.writeString(folder.resolve("conformance.json"), "old");
        CommandRun.of("conform", QUICK, "-o", folder.toString());
        assertTrue(Files.readString(folder.resolve("conformance.json")).startsWith("{"));
    }

    @Test
    void modelsAreComparedOnBothPathsWithLimitsAndGates() {
        CommandRun run =
                CommandRun.of(
                        "conform", "--contracts", "model", "--chunks=2", "--chunk=5", "--json");
        assertEquals(0, run.code(), run.err());
        assertTrue(run.err().contains("embedded:bitnet: the oracle walks 10 tokens x"), run.err());
        JsonNode report = JsonMapper.shared().readTree(run.out());
        List<String> embedded = List.of("embedded:bitnet", "embedded:binary");
        assertEquals(embedded, names(report.get("models"), "name"));
        List<JsonNode> checks =
                report.get("backends")
                        .get(0)
                        .get("checks")
                        .valueStream()
                        .filter(check -> check.has("model"))
                        .toList();
        assertEquals(embedded, checks.stream().map(one -> one.get("model").asString()).toList());
        for (JsonNode check : checks) {
            assertEquals(List.of("prefill", "decode"), names(check.get("agreements"), "path"));
            assertEquals(10, check.get("agreements").get(0).get("positions").get("choice").size());
            assertTrue(check.get("limits").get("decode_divergence").isNumber());
            assertTrue(
                    check.get("measurements")
                            .valueStream()
                            .anyMatch(one -> one.get("bound").asString().equals("at_most")));
        }
    }

    @Test
    void modelThatIsNamedIsScoredOnTheTextThatIsGiven() throws IOException {
        Path text = Files.writeString(folder.resolve("text"), "Tom and Lily saw a red ball. ");
        Path copy = Files.createDirectory(folder.resolve("copy"));
        ModelCopy.of("binary", copy);
        CommandRun run =
                CommandRun.of(
                        "conform",
                        "--contracts=model",
                        "--chunks=1",
                        "--chunk=4",
                        "--text=" + text,
                        "--model=" + copy,
                        "-m",
                        "embedded:bitnet",
                        "--json");
        assertEquals(0, run.code(), run.err());
        JsonNode models = JsonMapper.shared().readTree(run.out()).get("models");
        assertEquals(
                List.of("embedded:bitnet", "embedded:binary", copy.toString()),
                names(models, "name"));
        assertEquals(
                List.of(text.toString(), "held-out stories", text.toString()),
                names(models, "text"));
    }

    @Test
    void textTooShortForOneSequenceIsAMistake() throws IOException {
        Path text = Files.writeString(folder.resolve("text"), "Tom.");
        CommandRun run =
                CommandRun.of(
                        "conform", "--contracts=model", "-m", "embedded:bitnet", "--text=" + text);
        assertEquals(2, run.code(), run.err());
        assertTrue(run.err().contains("too short for a sequence of 128 tokens"), run.err());
    }

    @Test
    void backendThatIsMissingIsListedWithItsReasonAndNoFailure() throws Exception {
        CommandRun run =
                Providers.with(
                        Providers.Absent.class, folder, () -> CommandRun.of("conform", QUICK));
        assertEquals(0, run.code(), run.out());
        assertTrue(
                run.out().contains("absent: not available: it needs a device that nobody has"),
                run.out());
    }

    @Test
    void backendThatIsMissingFailsWhenItIsAskedForByName() throws Exception {
        CommandRun run =
                Providers.with(
                        Providers.Absent.class,
                        folder,
                        () -> CommandRun.of("conform", QUICK, "--backend=cpu-vector,absent"));
        assertEquals(1, run.code(), run.out());
        assertTrue(run.out().contains("absent: not available, and asked for by name: it needs"));
        assertTrue(run.out().contains("1 backend asked for by name not available"), run.out());
    }

    @Test
    void machineWithoutAnyBackendFails() throws Exception {
        CommandRun run = Providers.without(() -> CommandRun.of("conform", QUICK));
        assertEquals(1, run.code(), run.out());
        assertTrue(run.out().startsWith("failed: no backend runs on this machine"), run.out());
    }

    @Test
    void wrongLogitsFailWithTheGateThatTheyMiss() throws Exception {
        CommandRun run =
                Providers.with(
                        Louder.class,
                        folder,
                        () ->
                                CommandRun.of(
                                        "conform",
                                        "--contracts=model",
                                        "--chunks=1",
                                        "--chunk=4",
                                        "--backend=louder"));
        assertEquals(1, run.code(), run.err());
        assertTrue(
                run.out()
                        .lines()
                        .anyMatch(
                                line ->
                                        line.startsWith(
                                                "    FAILED prefill: KL(oracle || backend), mean nats ")),
                run.out());
        assertTrue(run.out().contains("\n  embedded:bitnet failed\n"), run.out());
    }

    @Test
    void severalDeclarationsFailTheirBackendAndOthersGoOn() throws Exception {
        CommandRun run =
                Providers.with(
                        Providers.Broken.class,
                        List.of(Declarations.First.class, Declarations.Second.class),
                        folder,
                        () -> CommandRun.of("conform", QUICK));
        assertEquals(1, run.code(), run.err());
        assertTrue(run.out().contains("broken has several declarations"), run.out());
        assertTrue(run.out().contains("\ncpu-vector: "), run.out());
    }

    @Test
    void runThatIsBrokenOffLeavesNoOlderReport() throws IOException {
        Path data = Files.writeString(folder.resolve("conformance.json"), "old");
        Path page = Files.writeString(folder.resolve("conformance.html"), "old");
        CommandRun run =
                CommandRun.of(
                        "conform", "--contracts=model", "--chunk=9999", "-o", folder.toString());
        assertEquals(2, run.code(), run.err());
        assertFalse(Files.exists(data));
        assertFalse(Files.exists(page));
    }

    @Test
    void brokenBackendFailsAndTheFindingsSayWhy() throws Exception {
        CommandRun run =
                Providers.with(
                        Providers.Broken.class,
                        folder,
                        () ->
                                CommandRun.of(
                                        "conform",
                                        "--contracts=op",
                                        "--backend=broken",
                                        "--out",
                                        folder.resolve("out").toString()));
        assertEquals(1, run.code(), run.err());
        assertTrue(run.out().startsWith("broken: a broken device\n"), run.out());
        assertTrue(run.out().contains("\n  FAILED:\n    op: "), run.out());
        assertTrue(run.out().contains("broken: the device does not answer"), run.out());
        assertFalse(run.out().contains("passed:"), run.out());
        assertTrue(Files.exists(folder.resolve("out/conformance.html")));
    }
}
