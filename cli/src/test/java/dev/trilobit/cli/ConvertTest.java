package dev.trilobit.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.trilobit.model.convert.ModelFormat;
import dev.trilobit.model.convert.ModelShape;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

class ConvertTest {
    @TempDir private Path folder;

    private String at(String name) {
        return folder.resolve(name).toString();
    }

    private static CommandRun ok(String... arguments) {
        CommandRun run = CommandRun.of(arguments);
        assertEquals(0, run.code(), run.err());
        return run;
    }

    private List<String> names() throws IOException {
        try (var files = Files.list(folder)) {
            return files.map(file -> file.getFileName().toString()).sorted().toList();
        }
    }

    @ParameterizedTest
    @CsvSource({
        "embedded:bitnet, a.gguf, gguf-q2_0", "embedded:bitnet, a.gguf, gguf-i2_s",
        "embedded:binary, a.gguf, gguf-q1_0", "embedded:binary, a, mlx-1bit",
        "embedded:binary, a, hf-f16"
    })
    void convertedModelTellsTheSameStory(String model, String out, String format) {
        CommandRun converted = ok("convert", model, at(out), "--to", format);
        assertTrue(converted.out().contains("verified: 14,1"), converted.out());
        assertEquals("", converted.err());
        String[] story = {"-t", "0", "-n", "12", "Once upon a time"};
        assertEquals(ok(join("run", model, story)).out(), ok(join("run", at(out), story)).out());
    }

    private static String[] join(String command, String model, String... rest) {
        return Stream.concat(Stream.of(command, "--model", model), Arrays.stream(rest))
                .toArray(String[]::new);
    }

    @Test
    void jsonHasBytesFormatsAndWhatWasVerified() {
        JsonNode report =
                JsonMapper.shared()
                        .readTree(
                                ok(
                                                "convert",
                                                "embedded:binary",
                                                at("a.gguf"),
                                                "--to=gguf-q1_0",
                                                "--head=q8_0",
                                                "--json")
                                        .out());
        assertEquals("embedded:binary", report.get("source").asString());
        assertEquals("gguf-q1_0", report.get("format").asString());
        assertEquals(12_582_912 / 128 * 18, report.get("formats").get(2).get("bytes").asLong());
        assertFalse(report.get("exact").asBoolean());
        JsonNode change = report.get("changes").get(0);
        assertEquals("model.embed_tokens.weight", change.get("tensor").asString());
        assertTrue(change.get("relative_error").asDouble() < 0.01, change.toString());
        assertEquals(14_163_328 - 1_572_864, report.get("verified_weights").asLong());
        assertTrue(report.get("target_bytes").asLong() < report.get("source_bytes").asLong());
    }

    @Test
    void refusalIsOneLineWithTheReasonAndLeavesNothing() throws IOException {
        CommandRun run =
                CommandRun.of("convert", "embedded:bitnet", at("a.gguf"), "--to=gguf-tq2_0");
        assertEquals(1, run.code());
        assertEquals("", run.out());
        assertEquals(1, run.err().lines().count(), run.err());
        for (String part : List.of("48 tensors", "384 columns", "TQ2_0", "gguf-q2_0")) {
            assertTrue(run.err().contains(part), part + " in " + run.err());
        }
        assertEquals(List.of(), names());
    }

    @ParameterizedTest
    @CsvSource({
        "nope, gguf-q8_0, ends in .gguf",
        "nope.gguf, mlx-1bit, the name of a folder",
        "nope.gguf, hf-bitnet, the name of a folder"
    })
    void nameThatDoesNotFitTheFormatIsAMistakeInTheCommand(String out, String format, String reason)
            throws IOException {
        CommandRun converted = CommandRun.of("convert", "embedded:binary", at(out), "--to", format);
        CommandRun made = CommandRun.of("synth", "--shape=bitnet-large", "--type", format, at(out));
        for (CommandRun run : List.of(converted, made)) {
            assertEquals(2, run.code(), run.err());
            assertTrue(run.err().contains(reason), run.err());
        }
        assertEquals(List.of(), names());
    }

    /** Files of the other kind do not ask for rounded input: that is told before the work. */
    @Test
    void otherActivationsAreRefusedUnlessTheyAreAllowed() throws IOException {
        ok("synth", "--shape=falcon-e-1b", "--layers=1", "--vocab=64", "--type=hf-bitnet", at("s"));
        String[] convert = {"convert", at("s"), at("t.gguf"), "--to=gguf-q2_0"};
        CommandRun refused = CommandRun.of(convert);
        assertEquals(1, refused.code(), refused.err());
        assertTrue(refused.err().contains("--allow-other-activations"), refused.err());
        assertEquals(List.of("s"), names());
        CommandRun allowed =
                ok(
                        Stream.concat(
                                        Arrays.stream(convert),
                                        Stream.of("--allow-other-activations"))
                                .toArray(String[]::new));
        assertTrue(allowed.out().contains("note: 7 layers round their input"), allowed.out());
    }

    /** What deletes a folder must not delete the model it reads, or what is no model. */
    @Test
    void forceDeletesNeitherTheSourceNorAStrangersFolder() throws IOException {
        Path models = Files.createDirectory(folder.resolve("models"));
        String source = models.resolve("model.gguf").toString();
        ok("convert", "embedded:binary", source, "--to=gguf-q1_0");
        CommandRun run =
                CommandRun.of("convert", source, models.toString(), "--to=hf-f16", "--force");
        assertEquals(1, run.code(), run.err());
        assertTrue(run.err().contains("is the model that is converted"), run.err());
        assertTrue(Files.exists(models.resolve("model.gguf")));
        Path docker = Files.createDirectory(folder.resolve("docker"));
        Files.writeString(docker.resolve("config.json"), "{}");
        Files.writeString(docker.resolve("key.pem"), "secret");
        CommandRun other =
                CommandRun.of("convert", source, docker.toString(), "--to=hf-f16", "--force");
        assertEquals(1, other.code(), other.err());
        assertTrue(other.err().contains("key.pem"), other.err());
        assertTrue(Files.exists(docker.resolve("key.pem")));
    }

    @Test
    void synthSaysWhereSizesWereChosen() {
        CommandRun run =
                ok(
                        "synth",
                        "--shape=falcon-e-1b",
                        "--layers=1",
                        "--vocab=64",
                        "--type=gguf-i2_s",
                        at("f.gguf"));
        assertTrue(run.out().contains("note: the widths of Falcon-E 1B"), run.out());
        assertTrue(ok("convert", "--help").out().contains("--allow-other-activations"));
    }

    @Test
    void existingOutputIsReplacedOnlyWhenForced() throws IOException {
        ok("convert", "embedded:binary", at("m"), "--to", "mlx-1bit");
        CommandRun refused =
                CommandRun.of("convert", "embedded:binary", at("m"), "--to", "mlx-1bit");
        assertEquals(1, refused.code());
        assertTrue(refused.err().contains("--force replaces it"), refused.err());
        ok("convert", "embedded:binary", at("m"), "--to", "mlx-2bit", "--force");
        assertTrue(Files.readString(folder.resolve("m/config.json")).contains("\"bits\" : 2"));
        assertEquals(List.of("m"), names());
    }

    @Test
    void shardsAreAFolderThatRuns() throws IOException {
        ok("convert", "embedded:binary", at("m"), "--to=gguf-q1_0", "--shard-size=1MB");
        try (var files = Files.list(folder.resolve("m"))) {
            List<String> parts = files.map(f -> f.getFileName().toString()).sorted().toList();
            assertEquals("m-00001-of-0000%d.gguf".formatted(parts.size()), parts.getFirst());
            assertTrue(parts.size() > 1, parts.toString());
        }
        ok("run", "--model", at("m"), "-n", "1", "x");
    }

    @Test
    void syntheticModelRunsOnIdsAndIsDescribedWithoutATokenizer() {
        CommandRun made =
                ok(
                        "synth",
                        "--shape=bitnet-large",
                        "--layers=1",
                        "--vocab=64",
                        "--type=gguf-i2_s",
                        "--head=q6_k",
                        at("s.gguf"));
        assertTrue(made.out().contains("I2_S"), made.out());
        JsonNode model =
                JsonMapper.shared()
                        .readTree(ok("inspect", "--json", "--metadata", at("s.gguf")).out());
        assertEquals(1536, model.get("hidden").asInt());
        assertFalse(model.get("text").get("tokenizer").asBoolean());
        assertEquals(7, model.get("stored").get("I2_S").get("tensors").asInt());
        assertEquals("bitnet", model.get("metadata").get("general.architecture").asString());
        assertEquals("a", model.get("i2s_layout").asString());
        assertFalse(model.has("i2s_perplexity"));
        ok("logits", "--model", at("s.gguf"), "--tokens=1,2", "--out", at("l.f32"));
        CommandRun run = CommandRun.of("run", "--model", at("s.gguf"), "hi");
        assertEquals(1, run.code(), run.err());
        assertTrue(run.err().contains("got no tokenizer.ggml.model"), run.err());
        assertTrue(run.err().contains("logits --tokens"), run.err());
    }

    @Test
    void randomNumbersAreSaidToBeNothingElse() {
        String[] command = {
            "synth", "--shape=bitnet-large", "--layers=1", "--vocab=64", "--type=gguf-i2_s", "s"
        };
        command[5] = at("s.gguf");
        assertTrue(ok(command).out().contains(" of random numbers"));
        command[5] = at("t.gguf");
        JsonNode report =
                JsonMapper.shared()
                        .readTree(
                                ok(Stream.concat(Arrays.stream(command), Stream.of("--json"))
                                                .toArray(String[]::new))
                                        .out());
        assertTrue(report.get("target_bytes").asLong() > 0);
        for (String key : List.of("exact", "verified_weights", "source_bytes")) {
            assertFalse(report.has(key), key);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"gguf-q1_0", "hf-f16"})
    void groupSizeIsForFormatsThatHaveOneToChoose(String format) throws IOException {
        String out = format.startsWith("gguf") ? "a.gguf" : "a";
        CommandRun run =
                CommandRun.of(
                        "convert", "embedded:binary", at(out), "--to=" + format, "--group-size=64");
        assertEquals(2, run.code(), run.err());
        assertTrue(run.err().contains("--group-size: " + format), run.err());
        assertEquals(List.of(), names());
    }

    @Test
    void emptyNameIsAMistakeInTheCommand() {
        CommandRun run = CommandRun.of("convert", "embedded:binary", "", "--to=gguf-q1_0");
        assertEquals(2, run.code(), run.err());
        assertTrue(run.err().contains("OUT: expected a name"), run.err());
    }

    /** What the file says of itself must not clear the screen of who looks at it. */
    @Test
    void controlCharactersOfAFileAreShownAsEscapes() throws IOException {
        ok(
                "synth",
                "--shape=bitnet-large",
                "--layers=1",
                "--vocab=64",
                "--type=gguf-i2_s",
                at("s.gguf"));
        byte[] bytes = Files.readAllBytes(folder.resolve("s.gguf"));
        replace(bytes, "with random", "\033[2J\033]0;x\007\n");
        replace(bytes, "ffn_up.weight", "ffn\033[2J\n.weig");
        Files.write(folder.resolve("bad.gguf"), bytes);
        CommandRun refused = CommandRun.of("inspect", at("bad.gguf"));
        assertEquals(1, refused.code(), refused.err());
        assertTrue(refused.err().contains("ffn\\u001b[2J"), refused.err());
        assertFalse(refused.err().contains("\033"), refused.err());
        replace(bytes, "ffn\033[2J\n.weig", "ffn_up.weight");
        Files.write(folder.resolve("bad.gguf"), bytes);
        String shown = ok("inspect", at("bad.gguf"), "--metadata").out();
        assertTrue(shown.contains("\\u001b[2J\\u001b]0;x\\u0007\\n weights\n"), shown);
        assertFalse(shown.contains("\033"), shown);
    }

    private static void replace(byte[] bytes, String old, String other) {
        String text = new String(bytes, StandardCharsets.ISO_8859_1);
        int at = text.indexOf(old);
        assertTrue(at >= 0 && old.length() == other.length(), old);
        System.arraycopy(other.getBytes(StandardCharsets.ISO_8859_1), 0, bytes, at, other.length());
    }

    @Test
    void syntheticModelMayHaveTheTokenizerOfAnother() {
        ok(
                "synth",
                "--shape=bitnet-large",
                "--layers=1",
                "--vocab=4096",
                "--type=hf-bitnet",
                "--tokenizer=embedded:bitnet",
                at("s"));
        ok("run", "--model", at("s"), "-n", "1", "Once");
    }

    @Test
    void ceilingIsBandwidthOverBytesOfAToken() {
        JsonNode model =
                JsonMapper.shared()
                        .readTree(
                                ok("inspect", "--json", "--bandwidth=63.28032", "embedded:bitnet")
                                        .out());
        assertEquals(6_328_032, model.get("bytes_per_token").asLong());
        assertEquals(10_000, model.get("ceiling").get(0).get("tokens_per_second").asDouble());
        String text = ok("inspect", "embedded:bitnet").out();
        assertTrue(text.contains("tokens/s = bandwidth / bytes per token"), text);
        assertTrue(text.contains("Apple M5"), text);
    }

    @Test
    void helpNamesEveryFormatAndShape() {
        String convert = ok("convert", "--help").out();
        for (ModelFormat format : ModelFormat.values()) {
            assertTrue(convert.contains(format.label()), format.label());
        }
        String synth = ok("synth", "--help").out();
        for (ModelShape shape : ModelShape.values()) {
            assertTrue(synth.contains(shape.label()), shape.label());
        }
    }
}
