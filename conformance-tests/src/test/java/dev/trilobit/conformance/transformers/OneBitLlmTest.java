package dev.trilobit.conformance.transformers;

import dev.trilobit.api.backend.CompileOptions;
import dev.trilobit.conformance.contract.BackendLogits;
import dev.trilobit.conformance.contract.Budget;
import dev.trilobit.conformance.contract.Subject;
import dev.trilobit.conformance.oracle.ReferenceDecoder;
import dev.trilobit.model.arch.DecoderModel;
import dev.trilobit.model.arch.DecoderModels;
import java.util.List;
import org.junit.jupiter.api.Test;

/**
 * A folder as the 1bitLLM models have it, with heads of 100, against a float64 walk of it in NumPy.
 * The build runs this at every vector width.
 */
class OneBitLlmTest {
    /** The recording is in float32; everything else is the same arithmetic. */
    private static final Required EXACT = new Required(1e-12, 1, 0);

    private static final Required INT8_ACTIVATIONS =
            new Required(1e-3, 0.98, Budget.float32().int8Activations().tieWidth());

    @Test
    void oracleGivesTheLogitsOfNumPy() {
        try (RecordedModel recorded = RecordedModel.open("one-bit-llm")) {
            DecoderModel model = DecoderModels.open(recorded.folder());
            var oracle = new ReferenceDecoder(model.program(), model.weights());
            EXACT.of(
                    "oracle, one-bit-llm",
                    EXACT.compare(recorded.logits(), List.of(oracle)).getFirst());
        }
    }

    @Test
    void headsOfAHundredAgreeOnTheCpu() {
        try (RecordedModel recorded = RecordedModel.open("one-bit-llm")) {
            DecoderModel model = DecoderModels.open(recorded.folder());
            int length = recorded.logits().sequences().getFirst().length;
            try (var backend = Subject.named("cpu-vector").provider().open();
                    var program =
                            backend.compile(
                                    model.program(),
                                    model.weights(),
                                    CompileOptions.forContext(length))) {
                var both =
                        List.of(new BackendLogits(program, length), new BackendLogits(program, 1));
                var agreements = INT8_ACTIVATIONS.compare(recorded.logits(), both);
                INT8_ACTIVATIONS.of("cpu-vector prefill, one-bit-llm", agreements.get(0));
                INT8_ACTIVATIONS.of("cpu-vector decode, one-bit-llm", agreements.get(1));
            }
        }
    }
}
