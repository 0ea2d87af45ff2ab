package dev.trilobit.conformance.transformers;

import dev.trilobit.conformance.contract.Budget;
import dev.trilobit.conformance.metric.Agreement;
import dev.trilobit.conformance.oracle.ReferenceDecoder;
import dev.trilobit.model.arch.DecoderModel;
import dev.trilobit.model.arch.DecoderModels;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Loader, graph and float64 oracle against transformers' float32 logits.
 *
 * <p>With float activations only the reference's own float32 rounding is left: relative errors of
 * about 1e-6 in a logit, which enter the divergence squared (4.6e-14 for the ternary kind, 3.8e-13
 * for the binary one). With int8 activations float64 and float32 round a few activations to
 * neighbouring integers, 1/127 of the largest apart. With masters transformers also takes the scale
 * from a float32 mean.
 */
class OracleTest {
    private static final double INT8_TIE = Budget.float32().int8Activations().tieWidth();
    private static final Required FLOAT_ACTIVATIONS = new Required(1e-12, 1, 0);
    private static final Required INT8_ACTIVATIONS = new Required(4e-5, 0.98, INT8_TIE);
    private static final Required ROUNDED_MASTERS = new Required(2e-4, 0.98, INT8_TIE);

    @ParameterizedTest
    @ValueSource(strings = {"bitnet-offline", "llama-bitlinear"})
    void packedInt8KindsGiveTheLogitsOfTransformers(String kind) {
        check(kind, RecordedModel.open(kind), INT8_ACTIVATIONS);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"qwen3-binary", "qwen3-ternary", "qwen3-binary-mlx", "qwen3-ternary-mlx"})
    void floatKindsGiveTheLogitsOfTransformers(String kind) {
        check(kind, RecordedModel.open(kind), FLOAT_ACTIVATIONS);
    }

    @Test
    void bitNetMastersGiveTheLogitsOfTransformers() {
        check("bitnet-online", RecordedModel.openShared("bitnet-online"), ROUNDED_MASTERS);
    }

    @ParameterizedTest
    @ValueSource(strings = {"bitnet-offline", "llama-bitlinear"})
    void i2sTwinsGiveTheLogitsOfTransformers(String kind) {
        check(kind + " GGUF", RecordedModel.openTwin(kind), INT8_ACTIVATIONS);
    }

    @ParameterizedTest
    @ValueSource(strings = {"qwen3-binary", "qwen3-ternary"})
    void groupedTwinsGiveTheLogitsOfTransformers(String kind) {
        check(kind + " GGUF", RecordedModel.openTwin(kind), FLOAT_ACTIVATIONS);
    }

    private static void check(String kind, RecordedModel recorded, Required required) {
        try (recorded) {
            DecoderModel model = DecoderModels.open(recorded.folder());
            var oracle = new ReferenceDecoder(model.program(), model.weights());
            List<Agreement> agreements = required.compare(recorded.logits(), List.of(oracle));
            required.of("oracle, " + kind, agreements.getFirst());
        }
    }
}
