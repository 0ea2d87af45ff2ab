package dev.trilobit.conformance.transformers;

import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.trilobit.api.backend.CompileOptions;
import dev.trilobit.conformance.contract.BackendLogits;
import dev.trilobit.conformance.contract.Budget;
import dev.trilobit.conformance.contract.Subject;
import dev.trilobit.conformance.metric.Agreement;
import dev.trilobit.conformance.oracle.ReferenceDecoder;
import dev.trilobit.model.arch.DecoderModel;
import dev.trilobit.model.arch.DecoderModels;
import dev.trilobit.model.file.ModelFolders;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * Trained models outside the repository, found by the property {@code trilobit.shared}, against
 * transformers' logits of two texts of 128 tokens. The recording is in f16, which alone costs a
 * divergence of about 1e-6: half a unit in the last place of a logit of 16 is 2^-7, of one of 2 it
 * is 2^-10.
 */
class RecordedStoriesTest {
    private static final double INT8_TIE = Budget.float32().int8Activations().tieWidth();

    /** Both of two logits below 32 may be off by half a unit in the last place. */
    private static final double F16_TIE = 0x1p-6;

    @Test
    void bitNetAgrees() throws IOException {
        check(
                "stories-14m",
                new Required(1.2e-4, 0.995, INT8_TIE),
                new Required(1e-3, 0.995, INT8_TIE));
    }

    /** Two layers only: its two other choices of 256 are ties. */
    @Test
    void draftAgrees() throws IOException {
        check(
                "stories-draft",
                new Required(1.2e-4, 0.99, INT8_TIE),
                new Required(1e-3, 0.99, INT8_TIE));
    }

    @ParameterizedTest
    @ValueSource(strings = {"stories-14m-binary-mlx", "stories-14m-ternary-mlx"})
    void modelsWithFloatActivationsAgree(String name) throws IOException {
        var required = new Required(3e-6, 0.995, F16_TIE);
        check(name, required, required);
    }

    private static void check(String name, Required oracle, Required backends) throws IOException {
        Path path = shared(name);
        RecordedLogits logits = logits(path);
        int length = logits.sequences().getFirst().length;
        try (var folder = ModelFolders.open(path)) {
            DecoderModel model = DecoderModels.open(folder);
            try (var backend = Subject.named("cpu-vector").provider().open();
                    var program =
                            backend.compile(
                                    model.program(),
                                    model.weights(),
                                    CompileOptions.forContext(length))) {
                List<Agreement> agreements =
                        oracle.compare(
                                logits,
                                List.of(
                                        new ReferenceDecoder(model.program(), model.weights()),
                                        new BackendLogits(program, length),
                                        new BackendLogits(program, 1)));
                oracle.of("oracle, " + name, agreements.get(0));
                backends.of("cpu-vector, prefill, " + name, agreements.get(1));
                backends.of("cpu-vector, decode, " + name, agreements.get(2));
            }
        }
    }

    private static Path shared(String name) {
        String shared = System.getProperty("trilobit.shared", "");
        assumeTrue(!shared.isEmpty(), "trilobit.shared is not set: no " + name);
        Path path = Path.of(shared, "data", "models", name);
        assertTrue(Files.isDirectory(path), path + " is no folder");
        return path;
    }

    private static RecordedLogits logits(Path path) throws IOException {
        JsonNode facts =
                JsonMapper.shared()
                        .readTree(Files.readAllBytes(path.resolve("oracle.json")))
                        .get("oracle_logits");
        var halves =
                ByteBuffer.wrap(Files.readAllBytes(path.resolve(facts.get("file").stringValue())))
                        .order(ByteOrder.LITTLE_ENDIAN)
                        .asShortBuffer();
        List<int[]> sequences =
                facts.get("tokens")
                        .valueStream()
                        .map(ids -> ids.valueStream().mapToInt(JsonNode::intValue).toArray())
                        .toList();
        return new RecordedLogits(
                sequences,
                facts.get("shape").get(2).intValue(),
                index -> Float.float16ToFloat(halves.get(index)));
    }
}
