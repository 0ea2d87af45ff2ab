package dev.trilobit.conformance.transformers;

import dev.trilobit.api.backend.CompileOptions;
import dev.trilobit.conformance.contract.BackendLogits;
import dev.trilobit.conformance.contract.Budget;
import dev.trilobit.conformance.contract.Subject;
import dev.trilobit.conformance.metric.Agreement;
import dev.trilobit.model.arch.DecoderModel;
import dev.trilobit.model.arch.DecoderModels;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The CPU backend against transformers over every kind of model, in one step and token by token.
 * With int8 activations a float32 program rounds a few activations to neighbouring integers where
 * another does not ({@link OracleTest} has those figures); with float activations only float32
 * rounding is left.
 */
class CpuVectorOracleTest {
    private static final double INT8_TIE = Budget.float32().int8Activations().tieWidth();
    private static final Required INT8_ACTIVATIONS = new Required(1e-3, 0.98, INT8_TIE);
    private static final Required FLOAT_ACTIVATIONS = new Required(1e-11, 1, 0);

    @ParameterizedTest
    @ValueSource(strings = {"bitnet-offline", "llama-bitlinear"})
    void packedInt8KindsAgree(String kind) {
        check(kind, RecordedModel.open(kind), INT8_ACTIVATIONS);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"qwen3-binary", "qwen3-ternary", "qwen3-binary-mlx", "qwen3-ternary-mlx"})
    void floatKindsAgree(String kind) {
        check(kind, RecordedModel.open(kind), FLOAT_ACTIVATIONS);
    }

    @Test
    void bitNetMastersAgree() {
        check("bitnet-online", RecordedModel.openShared("bitnet-online"), INT8_ACTIVATIONS);
    }

    @ParameterizedTest
    @ValueSource(strings = {"bitnet-offline", "llama-bitlinear"})
    void i2sTwinsAgree(String kind) {
        check(kind + " GGUF", RecordedModel.openTwin(kind), INT8_ACTIVATIONS);
    }

    @ParameterizedTest
    @ValueSource(strings = {"qwen3-binary", "qwen3-ternary"})
    void groupedTwinsAgree(String kind) {
        check(kind + " GGUF", RecordedModel.openTwin(kind), FLOAT_ACTIVATIONS);
    }

    private static void check(String kind, RecordedModel recorded, Required required) {
        try (recorded) {
            DecoderModel model = DecoderModels.open(recorded.folder());
            RecordedLogits logits = recorded.logits();
            int length = logits.sequences().getFirst().length;
            try (var backend = Subject.named("cpu-vector").provider().open();
                    var program =
                            backend.compile(
                                    model.program(),
                                    model.weights(),
                                    CompileOptions.forContext(length))) {
                List<Agreement> agreements =
                        required.compare(
                                logits,
                                List.of(
                                        new BackendLogits(program, length),
                                        new BackendLogits(program, 1)));
                required.of("cpu-vector prefill, " + kind, agreements.get(0));
                required.of("cpu-vector decode, " + kind, agreements.get(1));
            }
        }
    }
}
