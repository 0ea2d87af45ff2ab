package dev.trilobit.model.embedded;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.trilobit.api.backend.DecoderSession;
import dev.trilobit.api.backend.LogitRows;
import dev.trilobit.model.LanguageModel;
import dev.trilobit.model.ModelOptions;
import dev.trilobit.model.file.ModelFolders;
import java.io.IOException;
import java.io.InputStream;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Trained models and held-out text that are not in the repository, found by the property {@code
 * trilobit.shared}.
 */
class TrainedModelsTest {
    private static final int DOCUMENTS = 200;
    private static final int TOKENS = 128;
    private static final int STEP = 64;
    private static final String SEPARATOR = "<\\|endoftext\\|>";

    private static Path shared(String name) {
        String folder = System.getProperty("trilobit.shared", "");
        assumeTrue(!folder.isEmpty(), "trilobit.shared is not set: no " + name);
        Path path = Path.of(folder, "data", name);
        assertTrue(Files.exists(path), path + " does not exist");
        return path;
    }

    @Test
    void ternaryGroupModelFollowsTransformers() throws IOException {
        Path folder = shared("models/stories-14m-ternary-mlx");
        try (LanguageModel model = LanguageModel.open(folder)) {
            for (GreedyRecord recorded : GreedyRecord.read("greedy-ternary.txt")) {
                try (DecoderSession session = model.newDecoderSession()) {
                    recorded.assertFollowedBy(recorded.decode(session), 0, 0.02);
                }
            }
        }
    }

    /**
     * Mean negative log-likelihood in nats a token of the first 128 tokens of 200 held-out stories,
     * within 0.5 % of what transformers recorded.
     */
    @ParameterizedTest
    @CsvSource({
        "stories-14m, 1.741045641899109",
        "stories-14m-binary-mlx, 1.6907084465026856",
        "stories-14m-ternary-mlx, 1.6459497094154358"
    })
    void heldOutLossEqualsTransformers(String name, double recorded)
            throws IOException, InterruptedException {
        Path folder = shared("models/" + name);
        List<String> documents = heldOutStories();
        try (LanguageModel model =
                LanguageModel.open(ModelFolders.open(folder), ModelOptions.defaults())) {
            var windows = new ArrayList<int[]>();
            for (String document : documents) {
                int[] ids = model.text().encodePrompt(document);
                if (ids.length >= TOKENS && windows.size() < DOCUMENTS) {
                    windows.add(Arrays.copyOf(ids, TOKENS));
                }
            }
            assertEquals(DOCUMENTS, windows.size());
            double sum = 0;
            for (int[] window : windows) {
                try (DecoderSession session = model.newDecoderSession()) {
                    sum += negativeLogLikelihood(session, window);
                }
            }
            double mean = sum / (DOCUMENTS * (TOKENS - 1));
            System.getLogger("test").log(System.Logger.Level.INFO, name + ": " + mean);
            assertEquals(recorded, mean, recorded * 0.005);
        }
    }

    private static List<String> heldOutStories() throws IOException, InterruptedException {
        Path corpus = shared("corpus/tinystories/valid.txt.xz");
        Process xz = new ProcessBuilder("xz", "-dc", corpus.toString()).start();
        String text;
        try (InputStream in = xz.getInputStream()) {
            text = new String(in.readAllBytes(), StandardCharsets.UTF_8);
        }
        assertEquals(0, xz.waitFor(), "xz -dc " + corpus);
        return Arrays.stream(text.split(SEPARATOR)).map(String::strip).toList();
    }

    private static double negativeLogLikelihood(DecoderSession session, int[] window) {
        double sum = 0;
        for (int from = 0; from < window.length - 1; from += STEP) {
            int to = Math.min(from + STEP, window.length - 1);
            MemorySegment rows =
                    session.forward(Arrays.copyOfRange(window, from, to), LogitRows.ALL);
            long vocabulary = rows.byteSize() / Float.BYTES / (to - from);
            for (int t = 0; t < to - from; t++) {
                sum += surprise(rows, t * vocabulary, vocabulary, window[from + t + 1]);
            }
        }
        return sum;
    }

    private static double surprise(MemorySegment rows, long first, long vocabulary, int token) {
        double max = Double.NEGATIVE_INFINITY;
        for (long i = 0; i < vocabulary; i++) {
            max = Math.max(max, rows.getAtIndex(ValueLayout.JAVA_FLOAT, first + i));
        }
        double total = 0;
        for (long i = 0; i < vocabulary; i++) {
            total += Math.exp(rows.getAtIndex(ValueLayout.JAVA_FLOAT, first + i) - max);
        }
        return max + Math.log(total) - rows.getAtIndex(ValueLayout.JAVA_FLOAT, first + token);
    }
}
