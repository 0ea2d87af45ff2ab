package dev.trilobit.model.arch;

import dev.trilobit.api.backend.BackendRequest;
import dev.trilobit.api.backend.Backends;
import dev.trilobit.api.backend.CompileOptions;
import dev.trilobit.api.backend.DecoderSession;
import dev.trilobit.api.backend.LogitRows;
import dev.trilobit.api.backend.Selection;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.junit.jupiter.api.Test;

/**
 * The CPU backend against transformers over every kind of model. With int8 activations a float32
 * walk rounds a few activations to neighbouring integers where a float64 walk does not ({@link
 * OracleTest} has those figures); with float activations only float32 rounding is left.
 */
class CpuVectorOracleTest {
    private static final double INT8_ACTIVATIONS = 1e-3;
    private static final double FLOAT_ACTIVATIONS = 1e-9;

    @Test
    void packedBitNetWithDirectScaleAgrees() {
        run(OracleModel.open("bitnet-offline")).require(INT8_ACTIVATIONS, 0.98);
    }

    @Test
    void packedLlamaWithInverseScaleAgrees() {
        run(OracleModel.open("llama-bitlinear")).require(INT8_ACTIVATIONS, 0.98);
    }

    @Test
    void bitNetMastersAgree() {
        run(OracleModel.openShared("bitnet-online")).require(INT8_ACTIVATIONS, 0.98);
    }

    @Test
    void denseBinaryQwenAgrees() {
        run(OracleModel.open("qwen3-binary")).require(FLOAT_ACTIVATIONS, 1);
    }

    @Test
    void denseTernaryQwenAgrees() {
        run(OracleModel.open("qwen3-ternary")).require(FLOAT_ACTIVATIONS, 1);
    }

    @Test
    void oneBitMlxQwenAgrees() {
        run(OracleModel.open("qwen3-binary-mlx")).require(FLOAT_ACTIVATIONS, 1);
    }

    @Test
    void twoBitMlxQwenAgrees() {
        run(OracleModel.open("qwen3-ternary-mlx")).require(FLOAT_ACTIVATIONS, 1);
    }

    private static OracleAgreement run(OracleModel oracle) {
        return OracleAgreement.of(oracle, model -> tokens -> logits(model, tokens));
    }

    private static double[][] logits(DecoderModel model, int[] tokens) {
        Selection selection = Backends.select(BackendRequest.of("cpu-vector"), model.program());
        try (var backend = selection.backend();
                var program =
                        backend.compile(
                                model.program(),
                                model.weights(),
                                CompileOptions.forContext(tokens.length));
                DecoderSession session = program.newSession()) {
            MemorySegment rows = session.forward(tokens, LogitRows.ALL);
            int vocabulary = model.program().vocabulary();
            var logits = new double[tokens.length][vocabulary];
            for (int t = 0; t < tokens.length; t++) {
                for (int i = 0; i < vocabulary; i++) {
                    logits[t][i] =
                            rows.getAtIndex(ValueLayout.JAVA_FLOAT, (long) t * vocabulary + i);
                }
            }
            return logits;
        }
    }
}
