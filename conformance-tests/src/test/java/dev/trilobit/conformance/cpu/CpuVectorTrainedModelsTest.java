package dev.trilobit.conformance.cpu;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.trilobit.conformance.contract.Check;
import dev.trilobit.conformance.contract.CheckResult;
import dev.trilobit.conformance.contract.Contract;
import dev.trilobit.conformance.contract.Subject;
import dev.trilobit.conformance.contract.Trial;
import dev.trilobit.conformance.contract.Verdict;
import dev.trilobit.conformance.metric.Agreement;
import dev.trilobit.conformance.metric.TeacherForcing;
import dev.trilobit.conformance.model.ModelCase;
import dev.trilobit.conformance.model.ModelContract;
import dev.trilobit.model.arch.DecoderModel;
import dev.trilobit.model.arch.DecoderModels;
import dev.trilobit.model.embedded.EmbeddedModels;
import dev.trilobit.model.text.TextCodec;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Both trained models on held-out stories: every position of 1,024 tokens against the oracle, in
 * prefill and in as many single-token steps.
 */
class CpuVectorTrainedModelsTest {
    private static final int STORIES = 8;
    private static final int TOKENS = 128;
    private static final Pattern SEPARATOR = Pattern.compile("\n<\\|endoftext\\|>\n");

    @ParameterizedTest
    @ValueSource(strings = {"bitnet", "binary"})
    void choosesAsTheOracleDoes(String name) {
        try (var folder = EmbeddedModels.open(name);
                var codec = TextCodec.open(folder)) {
            DecoderModel model = DecoderModels.open(folder);
            var tried =
                    new ModelCase(folder.label(), model.program(), model.weights(), stories(codec));
            Contract contract = new ModelContract(List.of(tried), TeacherForcing.Progress.NONE);
            Check check = contract.checks().getFirst();
            CheckResult result = Trial.run(contract.name(), check, Subject.named("cpu-vector"));
            log(result);
            assertEquals(Verdict.PASSED, result.verdict(), () -> result.findings().toString());
            assertEquals(
                    Set.of(ModelContract.PREFILL, ModelContract.DECODE),
                    result.agreements().keySet());
            for (Agreement agreement : result.agreements().values()) {
                assertEquals(STORIES * TOKENS, agreement.positions().size());
            }
        }
    }

    private static List<int[]> stories(TextCodec codec) {
        List<int[]> chunks =
                SEPARATOR
                        .splitAsStream(EmbeddedModels.heldOutStories())
                        .limit(STORIES)
                        .map(story -> Arrays.copyOf(codec.encodePrompt(story.strip()), TOKENS))
                        .toList();
        assertEquals(STORIES, chunks.size(), "held-out stories");
        return chunks;
    }

    private static void log(CheckResult result) {
        System.Logger log = System.getLogger("conformance");
        log.log(System.Logger.Level.INFO, "%s, %d ms".formatted(result.check(), result.millis()));
        result.measurements().forEach(m -> log.log(System.Logger.Level.INFO, m.toString()));
    }
}
