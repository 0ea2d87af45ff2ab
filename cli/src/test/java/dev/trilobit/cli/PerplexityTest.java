package dev.trilobit.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.trilobit.cli.PerplexityGolden.Line;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

class PerplexityTest {
    /** How far the figures may be from transformers'. */
    private static final double SHARE = 0.001;

    private static final String TEXT = PerplexityGolden.TEXT.toString();

    @TempDir private Path folder;

    static List<Line> goldens() throws IOException {
        return PerplexityGolden.read();
    }

    @ParameterizedTest
    @MethodSource("goldens")
    void perplexityIsThatOfTransformers(Line golden) {
        var arguments =
                new ArrayList<>(
                        List.of(
                                "perplexity",
                                "--json",
                                "--model=embedded:" + golden.model(),
                                "--text=" + TEXT,
                                "--chunk=" + golden.chunk()));
        if (golden.stride() > 0) {
            arguments.add("--stride=" + golden.stride());
        }
        CommandRun run = CommandRun.of(arguments.toArray(String[]::new));
        assertEquals(0, run.code(), run.err());
        JsonNode json = JsonMapper.builder().build().readTree(run.out());
        assertEquals(golden.scored(), json.required("tokens_scored").asInt());
        double perplexity = json.required("perplexity").asDouble();
        assertEquals(golden.perplexity(), perplexity, golden.perplexity() * SHARE);
        assertEquals(
                golden.standardError(),
                json.required("standard_error").asDouble(),
                golden.standardError() * 10 * SHARE);
        assertEquals(Math.log(perplexity), json.required("nats_per_token").asDouble(), 1e-12);
        assertEquals("cpu-vector", json.required("backend").asString());
        assertEquals(3903, json.required("text_tokens").asInt());
    }

    @Test
    void figuresArePrintedInOneLine() throws IOException {
        Line golden =
                goldens().stream().filter(line -> line.chunk() == 128).findFirst().orElseThrow();
        CommandRun run = CommandRun.of("perplexity", "--text", TEXT, "--chunk=128");
        assertEquals(0, run.code(), run.err());
        Matcher line =
                Pattern.compile(
                                "perplexity (\\d\\.\\d{4}) \\+- (0\\.\\d{4}), 1,890 tokens scored in"
                                        + " 30 chunks of 128\n")
                        .matcher(run.out());
        assertTrue(line.matches(), run.out());
        assertEquals(
                golden.perplexity(),
                Double.parseDouble(line.group(1)),
                golden.perplexity() * SHARE);
        assertTrue(run.err().startsWith("embedded:bitnet@cpu-vector, "), run.err());
    }

    @Test
    void oracleAgreesWithTheBackend() {
        String[] arguments = {
            "perplexity", "--text", TEXT, "--chunk=64", "--chunks=2", "--model=embedded:binary"
        };
        CommandRun backend = CommandRun.of(arguments);
        CommandRun oracle =
                CommandRun.of(
                        Stream.concat(Stream.of(arguments), Stream.of("--oracle"))
                                .toArray(String[]::new));
        assertEquals(0, oracle.code(), oracle.err());
        assertEquals(backend.out(), oracle.out());
        assertTrue(oracle.out().endsWith("62 tokens scored in 2 chunks of 64\n"), oracle.out());
        assertTrue(oracle.err().startsWith("embedded:binary@oracle, "), oracle.err());
    }

    @Test
    void windowsAreCountedAsSuch() {
        CommandRun run =
                CommandRun.of(
                        "perplexity", "--text", TEXT, "--chunk=32", "--stride=8", "--chunks=1");
        assertEquals(0, run.code(), run.err());
        assertTrue(
                run.out().endsWith(", 8 tokens scored in 1 window of 32, stride 8\n"), run.out());
    }

    @Test
    void textMayBePipedIn() throws IOException {
        String text = Files.readString(PerplexityGolden.TEXT);
        String[] options = {"--chunk=64", "--chunks=1"};
        CommandRun file = CommandRun.of("perplexity", "--text", TEXT, options[0], options[1]);
        CommandRun pipe =
                CommandRun.piped(text, "perplexity", "--text", "-", options[0], options[1]);
        assertEquals(0, pipe.code(), pipe.err());
        assertEquals(file.out(), pipe.out());
    }

    @Test
    void barIsForAPerson() {
        CommandRun run = CommandRun.of("perplexity", "--text", TEXT, "--chunk=64", "--chunks=1");
        assertEquals(-1, run.err().indexOf('\r'), run.err());
    }

    private static Arguments mistake(String message, String... arguments) {
        return Arguments.of(message, List.of(arguments));
    }

    static Stream<Arguments> mistakes() {
        return Stream.of(
                mistake("Missing required option: '--text=FILE'"),
                mistake("there is no file '/no/such'", "--text", "/no/such"),
                mistake("there is no file ''", "--text="),
                mistake("'/' is a folder, expected a text file", "--text", "/"),
                mistake("standard input is empty", "--text", "-"),
                mistake("--chunk: expected a number from 1, got 0", "--text", TEXT, "--chunk=0"),
                mistake("--chunk: expected a number from 3", "--text", TEXT, "--chunk=2"),
                mistake(
                        "--chunk: embedded:bitnet was made for at most 512 tokens, got 513",
                        "--text",
                        TEXT,
                        "--chunk=513"),
                mistake("--chunks: expected a number from 1", "--text", TEXT, "--chunks=0"),
                mistake("--stride: expected a number from 1, got 0", "--text", TEXT, "--stride=0"),
                mistake(
                        "--stride: expected a number from 1 to 511, below the chunk of 512, got 512",
                        "--text",
                        TEXT,
                        "--stride=512"),
                mistake(
                        "--oracle: computes without a backend",
                        "--text",
                        TEXT,
                        "--oracle",
                        "--threads=2"),
                mistake("unknown backend abacus", "--text", TEXT, "--backend=abacus"),
                mistake("--model: there is no", "--text", TEXT, "--model=/no/such/folder"));
    }

    @ParameterizedTest
    @MethodSource("mistakes")
    void mistakeIsOneLineAndCode2(String message, List<String> arguments) {
        CommandRun run =
                CommandRun.of(
                        Stream.concat(Stream.of("perplexity"), arguments.stream())
                                .toArray(String[]::new));
        assertEquals(2, run.code(), run.err());
        assertEquals("", run.out());
        assertTrue(run.err().contains(message), run.err());
        assertTrue(run.err().contains("trilobit perplexity --help"), run.err());
        assertEquals(1, run.err().lines().count(), run.err());
    }

    @Test
    void shortTextSaysWhichChunkItWouldFill() {
        CommandRun run = CommandRun.piped("Once upon a time", "perplexity", "--text=-");
        assertEquals(2, run.code(), run.err());
        assertTrue(
                run.err().contains("5 tokens are too few for a chunk of 512; give a longer text,"),
                run.err());
        assertTrue(run.err().contains("or --chunk 5 or less"), run.err());
        assertEquals(
                0,
                CommandRun.piped("Once upon a time", "perplexity", "--text=-", "--chunk=5").code());
    }

    @Test
    void oneScoredTokenHasNoStandardError() {
        CommandRun run = CommandRun.piped("Once upon", "perplexity", "--text=-", "--chunk=3");
        assertEquals(0, run.code(), run.err());
        assertTrue(
                run.out().matches("perplexity \\d+\\.\\d{4}, 1 token scored in .*\\R"), run.out());
        CommandRun json =
                CommandRun.piped("Once upon", "perplexity", "--text=-", "--chunk=3", "--json");
        assertTrue(json.out().contains("\"tokens_scored\" : 1,"), json.out());
        assertFalse(json.out().contains("standard_error"), json.out());
    }

    @Test
    void textWithHardlyATokenSaysToGiveMore() {
        CommandRun run = CommandRun.piped("a", "perplexity", "--text=-");
        assertEquals(2, run.code(), run.err());
        assertTrue(
                run.err().contains("2 tokens are too few for a chunk of 512; give a longer text;"),
                run.err());
    }

    @Test
    void bytesThatAreNoUtf8AreNamed() throws IOException {
        Path file =
                Files.write(folder.resolve("latin1.txt"), new byte[] {'a', '\n', 'b', (byte) 0xE9});
        CommandRun run = CommandRun.of("perplexity", "--text", file.toString());
        assertEquals(2, run.code(), run.err());
        assertTrue(run.err().contains("is not UTF-8 text: byte 3 is 0xe9 (line 2)"), run.err());
    }

    @Test
    void truncatedUtf8IsNamed() throws IOException {
        Path file = Files.write(folder.resolve("cut.txt"), new byte[] {'a', (byte) 0xC3});
        CommandRun run = CommandRun.of("perplexity", "--text", file.toString());
        assertEquals(2, run.code(), run.err());
        assertTrue(run.err().contains("is not UTF-8 text: byte 1 is 0xc3 (line 1)"), run.err());
    }

    @Test
    void scoresThatAreNoNumbersFailWithThePosition() throws IOException {
        // A NaN in float16.
        ModelCopy.of("binary", folder).overwrite("model.layers.1.mlp.up_proj.scales", 0x00, 0x7E);
        CommandRun run =
                CommandRun.of(
                        "perplexity",
                        "--oracle",
                        "--model=" + folder,
                        "--text=" + TEXT,
                        "--chunk=4",
                        "--chunks=1");
        assertEquals(1, run.code(), run.err());
        assertEquals("", run.out());
        assertTrue(
                run.err().contains("chunk 1, position 2: a logit is NaN or infinite"), run.err());
    }
}
