package dev.trilobit.model.arch;

import java.util.Arrays;
import org.junit.jupiter.api.Test;

/**
 * Loader and graph against transformers: the program as written, run in float64 by {@link
 * ScalarWalk}.
 *
 * <p>With float activations only the reference's own float32 rounding is left: relative errors of
 * about 1e-6 in a logit, which enter the divergence squared. With int8 activations float64 and
 * float32 round a few activations to neighbouring integers, 1/127 of the largest apart. With
 * masters transformers also takes the scale from a float32 mean.
 */
class OracleTest {
    private static final double FLOAT_ACTIVATIONS = 1e-11;
    private static final double INT8_ACTIVATIONS = 4e-5;
    private static final double ROUNDED_MASTERS = 2e-4;

    @Test
    void packedBitNetWithDirectScaleGivesTheLogitsOfTransformers() {
        check(OracleModel.open("bitnet-offline"), INT8_ACTIVATIONS, 0.98);
    }

    @Test
    void packedLlamaWithInverseScaleGivesTheLogitsOfTransformers() {
        check(OracleModel.open("llama-bitlinear"), INT8_ACTIVATIONS, 0.98);
    }

    @Test
    void bitNetMastersGiveTheLogitsOfTransformers() {
        check(OracleModel.openShared("bitnet-online"), ROUNDED_MASTERS, 0.98);
    }

    @Test
    void denseBinaryQwenGivesTheLogitsOfTransformers() {
        check(OracleModel.open("qwen3-binary"), FLOAT_ACTIVATIONS, 1);
    }

    @Test
    void denseTernaryQwenGivesTheLogitsOfTransformers() {
        check(OracleModel.open("qwen3-ternary"), FLOAT_ACTIVATIONS, 1);
    }

    @Test
    void oneBitMlxQwenGivesTheLogitsOfTransformers() {
        check(OracleModel.open("qwen3-binary-mlx"), FLOAT_ACTIVATIONS, 1);
    }

    @Test
    void twoBitMlxQwenGivesTheLogitsOfTransformers() {
        check(OracleModel.open("qwen3-ternary-mlx"), FLOAT_ACTIVATIONS, 1);
    }

    private static void check(OracleModel oracle, double largestDivergence, double leastAgreement) {
        OracleAgreement.of(
                        oracle,
                        model -> {
                            var walk = new ScalarWalk(model.program(), model.weights());
                            return tokens -> {
                                walk.reset();
                                return Arrays.stream(tokens)
                                        .mapToObj(walk::next)
                                        .toArray(double[][]::new);
                            };
                        })
                .require(largestDivergence, leastAgreement);
    }
}
