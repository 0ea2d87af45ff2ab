package dev.trilobit.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

class CompareTest {
    private static final String BITNET = "embedded:bitnet";
    private static final String BINARY = "embedded:binary";
    private static final String TOKENS = "--tokens=0,448,461,259";

    /** A probability of 1/2, 1/4, 1/4, and of 1/4, 1/2, 1/4. */
    private static final float[] FIRST_LIKELIEST = {(float) Math.log(2), 0, 0};

    private static final float[] SECOND_LIKELIEST = {0, (float) Math.log(2), 0};

    /** KL between those two: 1/2 log 2 - 1/4 log 2. */
    private static final double BETWEEN = 0.25 * Math.log(2);

    /** The logarithm of 2 is rounded to a float in the file. */
    private static final double FLOAT_LOGITS = 0x1p-23;

    @TempDir private Path folder;

    private static CommandRun compare(String... arguments) {
        return CommandRun.of(
                Stream.concat(Stream.of("compare"), Stream.of(arguments)).toArray(String[]::new));
    }

    private static JsonNode json(CommandRun run) {
        return JsonMapper.builder().build().readTree(run.out());
    }

    private static double number(JsonNode json, String... path) {
        JsonNode node = json;
        for (String key : path) {
            node = node.required(key);
        }
        return node.asDouble();
    }

    private String file(String name, float[]... rows) throws IOException {
        int floats = Stream.of(rows).mapToInt(row -> row.length).sum();
        ByteBuffer bytes = ByteBuffer.allocate(floats * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        for (float[] row : rows) {
            for (float logit : row) {
                bytes.putFloat(logit);
            }
        }
        return Files.write(folder.resolve(name), bytes.array()).toString();
    }

    @Test
    void backendAgreesWithTheOracle() {
        CommandRun run = compare(BINARY + "@oracle", BINARY + "@cpu-vector", TOKENS, "--json");
        assertEquals(0, run.code(), run.err());
        JsonNode json = json(run);
        assertEquals(BINARY + "@oracle", json.required("a").asString());
        assertEquals(BINARY + "@cpu-vector", json.required("b").asString());
        assertEquals(4, number(json, "tokens"));
        assertEquals(1, number(json, "chunks"));
        assertEquals(4096, number(json, "vocabulary"));
        assertEquals(1, number(json, "top1"));
        // The budget of backends that compute in f32.
        assertTrue(number(json, "kl_a_b", "mean") < 1e-9, run.out());
        assertTrue(number(json, "kl_b_a", "max") < 1e-9, run.out());
        assertTrue(number(json, "kl_a_b", "mean") > 0, run.out());
        assertEquals(3, number(json, "perplexity_a", "tokens_scored"));
        assertTrue(json.required("passed").asBoolean());
    }

    @Test
    void modelAgreesWithItselfToTheBit() {
        JsonNode json = json(compare(BITNET, BITNET, TOKENS, "--json", "--threads=1"));
        for (String direction : List.of("kl_a_b", "kl_b_a")) {
            assertEquals(0, number(json, direction, "max"));
        }
        assertEquals(1, number(json, "worst_chunk_top1"));
        assertEquals(number(json, "perplexity_a", "value"), number(json, "perplexity_b", "value"));
    }

    @Test
    void modelsAreComparedOnStoriesTheyWereNotTrainedOn() {
        CommandRun run =
                compare(
                        BITNET,
                        BINARY,
                        "--chunks=2",
                        "--chunk=64",
                        "--max-kl=0.01",
                        "--min-top1=1");
        assertEquals(1, run.code(), run.err());
        List<String> lines = run.out().lines().toList();
        assertEquals("A             embedded:bitnet@cpu-vector", lines.get(0));
        assertEquals("B             embedded:binary@cpu-vector", lines.get(1));
        assertEquals("compared      128 tokens in 2 chunks, vocabulary of 4,096", lines.get(2));
        assertTrue(lines.get(3).startsWith("KL(A || B)    mean 0."), run.out());
        assertTrue(lines.get(4).startsWith("KL(B || A)    mean 0."), run.out());
        assertTrue(lines.get(5).matches("top-1 +\\d\\d\\.\\d\\d % the same: .*"), run.out());
        assertTrue(lines.get(6).matches("worst chunk +.* chunk [12]"), run.out());
        assertTrue(lines.get(7).matches("perplexity A +\\d+\\.\\d{4} \\+- .*"), run.out());
        assertTrue(lines.get(8).matches("perplexity B +\\d+\\.\\d{4} \\+- .*"), run.out());
        assertEquals(9, lines.size());
        assertTrue(run.err().contains("mean KL of "), run.err());
        assertTrue(run.err().contains("at most 0.0100 allowed; same choice in"), run.err());
        assertEquals(1, run.err().lines().count(), run.err());
    }

    @Test
    void fileOfLogitsIsAsGoodAsTheModel() {
        String out = folder.resolve("logits.f32").toString();
        CommandRun.of("logits", TOKENS, "--out", out);
        CommandRun run = compare(out, BITNET, TOKENS, "--json", "--max-kl=0", "--min-top1=1");
        assertEquals(0, run.code(), run.err());
        assertEquals(out, json(run).required("a").asString());
        assertEquals(0, number(json(run), "kl_a_b", "max"));
    }

    @Test
    void figuresOfTwoFilesAreThoseOnPaper() throws IOException {
        String a = file("a", FIRST_LIKELIEST, FIRST_LIKELIEST, FIRST_LIKELIEST, FIRST_LIKELIEST);
        String b = file("b", FIRST_LIKELIEST, FIRST_LIKELIEST, FIRST_LIKELIEST, SECOND_LIKELIEST);
        CommandRun run = compare(a, b, "--tokens=0,0,1,2", "--json");
        assertEquals(0, run.code(), run.err());
        JsonNode json = json(run);
        assertEquals(3, number(json, "vocabulary"));
        for (String direction : List.of("kl_a_b", "kl_b_a")) {
            assertEquals(BETWEEN / 4, number(json, direction, "mean"), FLOAT_LOGITS);
            assertEquals(BETWEEN, number(json, direction, "p99"), FLOAT_LOGITS);
            assertEquals(BETWEEN, number(json, direction, "max"), FLOAT_LOGITS);
        }
        assertEquals(0.75, number(json, "top1"));
        assertEquals(3, number(json, "same"));
        assertEquals(0, number(json, "tied"));
        assertEquals(1, number(json, "different"));
        // The tokens that follow have 1/2, 1/4 and 1/4.
        assertEquals(
                Math.pow(32, 1.0 / 3), number(json, "perplexity_a", "value"), 10 * FLOAT_LOGITS);
    }

    @Test
    void tieIsCountedApartAndIsNotTheSame() throws IOException {
        String a = file("a", FIRST_LIKELIEST);
        String b = file("b", SECOND_LIKELIEST);
        CommandRun run = compare(a, b, "--tokens=0", "--tie-width=0.7", "--json", "--min-top1=0.5");
        assertEquals(1, run.code(), run.err());
        assertEquals(1, number(json(run), "tied"));
        assertEquals(0, number(json(run), "different"));
        assertEquals(0, number(json(run), "top1"));
        assertFalse(json(run).required("passed").asBoolean());
        assertEquals(
                "same choice in a share of 0.000000, at least 0.5 wanted",
                json(run).required("missed").required(0).asString());
    }

    @Test
    void everyLineOfAFileIsASequence() throws IOException {
        Path ids = Files.writeString(folder.resolve("ids"), "0 1, 2\n\n1\t1\n");
        float[][] rows = new float[5][];
        Arrays.fill(rows, FIRST_LIKELIEST);
        rows[4] = SECOND_LIKELIEST;
        String b = file("b", rows);
        rows[4] = FIRST_LIKELIEST;
        String a = file("a", rows);
        CommandRun run = compare(a, b, "--tokens-file", ids.toString());
        assertEquals(0, run.code(), run.err());
        assertTrue(run.out().contains("5 tokens in 2 chunks, vocabulary of 3\n"), run.out());
        assertTrue(run.out().contains("80.00 % the same: 4 same, 0 tied within 0"), run.out());
        assertTrue(run.out().contains("50.00 % the same, chunk 2\n"), run.out());
    }

    @Test
    void singleTokenHasNoPerplexity() throws IOException {
        String a = file("a", FIRST_LIKELIEST);
        CommandRun run = compare(a, a, "--tokens=2");
        assertEquals(0, run.code(), run.err());
        assertTrue(run.out().contains("none: no token follows another"), run.out());
        assertTrue(run.out().contains("mean 0, p99 0, max 0 nats a token"), run.out());
    }

    @ParameterizedTest
    @ValueSource(floats = {Float.NaN, Float.POSITIVE_INFINITY, Float.NEGATIVE_INFINITY})
    void logitThatIsNotFiniteFailsWithoutAGate(float broken) throws IOException {
        String a = file("a", FIRST_LIKELIEST, FIRST_LIKELIEST);
        String b = file("b", FIRST_LIKELIEST, new float[] {0, broken, 0});
        for (CommandRun run :
                List.of(compare(a, b, "--tokens=0,1"), compare(b, a, "--tokens=0,1"))) {
            assertEquals(1, run.code(), run.err());
            assertTrue(run.out().contains("mean NaN, p99 NaN, max NaN"), run.out());
            assertTrue(run.out().contains("1 not finite"), run.out());
            assertEquals(
                    "trilobit: 1 of 2 positions have a logit that is NaN or infinite\n", run.err());
        }
    }

    @Test
    void fileOfAnotherSizeSaysWhatItIs() throws IOException {
        String a = file("a", FIRST_LIKELIEST, FIRST_LIKELIEST);
        CommandRun odd = compare(a, BITNET, TOKENS);
        assertEquals(2, odd.code(), odd.err());
        assertTrue(
                odd.err()
                        .contains(
                                "taken for float32 logits, has 24 bytes; 4 tokens of 4,096 logits"
                                        + " need 65,536"),
                odd.err());
        String other = file("other", FIRST_LIKELIEST);
        CommandRun fewer = compare(a, other, "--tokens=0,1");
        assertEquals(2, fewer.code(), fewer.err());
        assertTrue(
                fewer.err()
                        .contains(
                                "B: "
                                        + other
                                        + ", taken for float32 logits, has 12 bytes (1 token)"),
                fewer.err());
        CommandRun none = compare(a, a, "--tokens=0,1,2,3,4");
        assertTrue(none.err().contains("5 tokens need a multiple of 20"), none.err());
    }

    @Test
    void pathWithAnAtSignIsAPathFirst() throws IOException {
        Path model = Files.createDirectory(folder.resolve("bit@net"));
        ModelCopy.of("bitnet", model);
        JsonNode json = json(compare(model.toString(), model + "@cpu-vector", TOKENS, "--json"));
        assertEquals(model + "@cpu-vector", json.required("a").asString());
        assertEquals(model + "@cpu-vector", json.required("b").asString());
    }

    @Test
    void otherVocabularyIsRefusedWithBothSizes() throws IOException {
        Path small = Path.of("..", "conformance-tests", "src", "test", "resources", "oracle");
        CommandRun run = compare(BITNET, small.resolve("bitnet-offline").toString(), TOKENS);
        assertEquals(2, run.code(), run.err());
        assertTrue(run.err().contains("embedded:bitnet has 4,096 token ids, "), run.err());
        assertTrue(run.err().contains("bitnet-offline has 320"), run.err());
    }

    @Test
    void otherTokenizerIsRefusedWhereItDiffers() throws IOException {
        ModelCopy copy = ModelCopy.of("bitnet", folder);
        String tokenizer = Files.readString(folder.resolve("tokenizer.json"));
        // The first merge of the byte pairs is gone.
        String merges = "\"merges\"";
        int begin = tokenizer.indexOf('[', tokenizer.indexOf(merges)) + 1;
        int end = tokenizer.indexOf(']', begin) + 1;
        copy.write(
                "tokenizer.json",
                tokenizer.substring(0, begin) + tokenizer.substring(tokenizer.indexOf('[', end)));
        CommandRun run = compare(BITNET, folder.toString(), "--text", text());
        assertEquals(2, run.code(), run.err());
        assertTrue(run.err().contains("--text: the tokenizer of B (" + folder), run.err());
        assertTrue(run.err().matches("(?s).*is another one: token \\d+ is \\d+, not \\d+; .*"));
        assertEquals(0, compare(BITNET, folder.toString(), TOKENS).code());
    }

    private static String text() {
        return PerplexityGolden.TEXT.toString();
    }

    private static Arguments mistake(String message, String... arguments) {
        return Arguments.of(message, List.of(arguments));
    }

    static Stream<Arguments> mistakes() {
        return Stream.of(
                mistake("Missing required parameters: 'A', 'B'"),
                mistake("Missing required parameter: 'B'", BITNET),
                mistake("A: there is no '/no/such'", "/no/such", BITNET),
                mistake("B: there is no '/no/such'", BITNET, "/no/such@oracle"),
                mistake("B: no embedded model 'gpt'", BITNET, "embedded:gpt"),
                mistake("A: expected a backend's id or oracle after the @", BITNET + "@", BITNET),
                mistake("is a file of logits, which no backend", text() + "@oracle", BITNET),
                mistake("unknown backend abacus", BITNET + "@abacus", BITNET, TOKENS),
                mistake("expected one of --tokens", BITNET, BITNET, TOKENS, "--text", text()),
                mistake("--chunk and --chunks cut a text", BITNET, BITNET, TOKENS, "--chunk=4"),
                mistake("--chunk: expected a number from 2", BITNET, BITNET, "--chunk=1"),
                mistake(
                        "--chunk: A (embedded:bitnet) was made for at most 512 tokens, got 513",
                        BITNET,
                        BINARY,
                        "--chunk=513"),
                mistake("--chunks: expected a number from 1", BITNET, BITNET, "--chunks=0"),
                mistake("--tokens: entry 1 is 4096", BITNET, BITNET, "--tokens=4096"),
                mistake(
                        "--tokens: 513 ids, the context of A (embedded:bitnet) holds 512",
                        BITNET,
                        BITNET,
                        "--tokens=0" + ",1".repeat(512)),
                mistake("--tokens: expected ids separated", BITNET, BITNET, "--tokens=1,x"),
                mistake(
                        "--tokens-file line 1: expected ids separated by commas such as 1,5,9",
                        BITNET,
                        BITNET,
                        "--tokens-file",
                        text()),
                mistake(
                        "--tokens-file: there is no file",
                        BITNET,
                        BITNET,
                        "--tokens-file=/no/such"),
                mistake(
                        "--tokens-file: standard input is empty",
                        BITNET,
                        BITNET,
                        "--tokens-file=-"),
                mistake("nothing to score: give --text FILE", text(), text()),
                mistake(
                        "--text: neither A nor B is a model that could encode it",
                        text(),
                        text(),
                        "--text",
                        text()),
                mistake("--threads: neither A nor B", text(), BITNET + "@oracle", "--threads=1"),
                mistake("--threads: expected a number from 1", BITNET, BITNET, "--threads=0"),
                mistake("--max-kl: expected a number from 0", BITNET, BITNET, "--max-kl=-1"),
                mistake("--max-kl: expected a number from 0", BITNET, BITNET, "--max-kl=NaN"),
                mistake("--tie-width: expected a number from 0", BITNET, BITNET, "--tie-width=-1"),
                mistake(
                        "--min-top1: expected a share from 0 to 1, such as 0.995, got 99.5",
                        BITNET,
                        BITNET,
                        "--min-top1=99.5"));
    }

    @ParameterizedTest
    @MethodSource("mistakes")
    void mistakeIsOneLineAndCode2(String message, List<String> arguments) {
        CommandRun run = compare(arguments.toArray(String[]::new));
        assertEquals(2, run.code(), run.err());
        assertEquals("", run.out());
        assertTrue(run.err().contains(message), run.err());
        assertTrue(run.err().contains("trilobit compare --help"), run.err());
        assertEquals(1, run.err().lines().count(), run.err());
    }
}
