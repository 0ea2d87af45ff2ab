package dev.trilobit.cli;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.trilobit.api.backend.LogitRows;
import dev.trilobit.conformance.metric.LogitCursor;
import dev.trilobit.conformance.oracle.ReferenceDecoder;
import dev.trilobit.model.LanguageModel;
import dev.trilobit.model.ModelOptions;
import dev.trilobit.model.arch.DecoderModel;
import dev.trilobit.model.arch.DecoderModels;
import dev.trilobit.model.embedded.EmbeddedModels;
import java.io.IOException;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class LogitsTest {
    private static final int VOCABULARY = 4096;
    private static final int[] TOKENS = {0, 448, 461, 259};

    @TempDir private Path folder;

    private Path out() {
        return folder.resolve("logits.bin");
    }

    private List<String> files() throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.map(file -> file.getFileName().toString()).toList();
        }
    }

    private static float[] forward() {
        try (var model =
                        LanguageModel.open(EmbeddedModels.open("bitnet"), ModelOptions.defaults());
                var session = model.newDecoderSession()) {
            return session.forward(TOKENS, LogitRows.ALL).toArray(ValueLayout.JAVA_FLOAT);
        }
    }

    @Test
    void fileHasTheScoresOfForwardRowByRow() throws IOException {
        CommandRun run =
                CommandRun.of("logits", "--tokens", "0, 448,461,259", "--out", out().toString());
        assertEquals(0, run.code(), run.err());
        assertEquals("", run.out());
        var floats = new float[TOKENS.length * VOCABULARY];
        ByteBuffer bytes = ByteBuffer.wrap(Files.readAllBytes(out()));
        assertEquals(floats.length * Float.BYTES, bytes.remaining());
        bytes.order(ByteOrder.LITTLE_ENDIAN).asFloatBuffer().get(floats);
        assertArrayEquals(forward(), floats);
    }

    @Test
    void fileThatIsThereIsReplacedAndNothingElseIsLeft() throws IOException {
        Files.writeString(out(), "old");
        CommandRun.of("logits", "--tokens", "0", "--out", out().toString());
        assertEquals(VOCABULARY * Float.BYTES, Files.size(out()));
        assertEquals(List.of("logits.bin"), files());
    }

    @Test
    void tokenIdsNeedNoTokenizer() throws IOException {
        Path bare = Files.createDirectory(folder.resolve("bare"));
        try (var embedded = EmbeddedModels.open("bitnet")) {
            for (String name : List.of("config.json", "model.safetensors")) {
                byte[] bytes = embedded.find(name).orElseThrow().toArray(ValueLayout.JAVA_BYTE);
                Files.write(bare.resolve(name), bytes);
            }
        }
        CommandRun run =
                CommandRun.of(
                        "logits", "-m", bare.toString(), "--tokens=0,448", "-o", out().toString());
        assertEquals(0, run.code(), run.err());
        assertEquals(2L * VOCABULARY * Float.BYTES, Files.size(out()));
    }

    @Test
    void deviceIsWrittenToAndStaysADevice() {
        Path device = Path.of("/dev/null");
        assumeTrue(Files.exists(device), "there is no /dev/null here");
        CommandRun run = CommandRun.of("logits", "--tokens=0", "-o", device.toString());
        assertEquals(0, run.code(), run.err());
        assertFalse(Files.isRegularFile(device));
    }

    @Test
    void tokenOutsideTheVocabularyIsAMistakeThatWritesNothing() throws IOException {
        CommandRun run = CommandRun.of("logits", "--tokens", "0,4096", "--out", out().toString());
        assertEquals(2, run.code());
        assertTrue(
                run.err().contains("entry 2 is 4096; this model's ids are 0 to 4095"), run.err());
        assertEquals(List.of(), files());
    }

    @Test
    void moreTokensThanTheContextAreAMistakeThatWritesNothing() throws IOException {
        CommandRun run =
                CommandRun.of("logits", "--context=2", "--tokens=0,1,2", "--out", out().toString());
        assertEquals(2, run.code());
        assertTrue(run.err().contains("3 ids, the context holds 2"), run.err());
        assertEquals(List.of(), files());
    }

    @Test
    void contextAboveTheModelsIsAMistakeThatWritesNothing() throws IOException {
        CommandRun run =
                CommandRun.of("logits", "--context=513", "--tokens=0", "--out", out().toString());
        assertEquals(2, run.code());
        assertTrue(run.err().contains("was made for at most 512, got 513"), run.err());
        assertEquals(List.of(), files());
    }

    @Test
    void oracleWritesTheScoresOfTheReference() throws IOException {
        CommandRun run =
                CommandRun.of(
                        "logits", "--oracle", "--tokens=0,448,461,259", "-o", out().toString());
        assertEquals(0, run.code(), run.err());
        ByteBuffer bytes =
                ByteBuffer.wrap(Files.readAllBytes(out())).order(ByteOrder.LITTLE_ENDIAN);
        try (var folder = EmbeddedModels.open("bitnet")) {
            DecoderModel model = DecoderModels.open(folder);
            LogitCursor rows =
                    new ReferenceDecoder(model.program(), model.weights()).open(TOKENS.clone());
            for (int t = 0; t < TOKENS.length; t++) {
                for (double logit : rows.next()) {
                    assertEquals((float) logit, bytes.getFloat());
                }
            }
        }
        assertFalse(bytes.hasRemaining());
    }

    @ParameterizedTest
    @ValueSource(strings = {"--threads=1", "--backend=cpu-vector"})
    void oracleNeedsNoBackend(String option) throws IOException {
        CommandRun run =
                CommandRun.of(
                        "logits", "--oracle", option, "--tokens=0", "--out", out().toString());
        assertEquals(2, run.code());
        assertTrue(run.err().contains("--oracle: computes without a backend"), run.err());
        assertEquals(List.of(), files());
    }
}
