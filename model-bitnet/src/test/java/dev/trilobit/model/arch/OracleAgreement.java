package dev.trilobit.model.arch;

import static org.junit.jupiter.api.Assertions.assertAll;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.Arena;
import java.util.function.Function;

/**
 * How well an engine agrees with transformers' float32 logits over all positions of an oracle.
 *
 * @param divergence mean KL(reference || engine) in nats a position
 * @param agreement share of positions where both have the same largest logit
 */
record OracleAgreement(double divergence, double agreement) {
    /** Runs a sequence from an empty cache. */
    @FunctionalInterface
    interface Engine {
        /** Returns the logits of every position, [tokens][vocabulary]. */
        double[][] logits(int[] tokens);
    }

    /** Compares and closes the oracle. */
    static OracleAgreement of(OracleModel oracle, Function<DecoderModel, Engine> engines) {
        try (oracle;
                var arena = Arena.ofShared()) {
            Engine engine = engines.apply(DecoderModels.open(oracle.folder(), arena));
            double divergence = 0;
            int agreed = 0;
            int positions = 0;
            int[][] sequences = oracle.tokens();
            for (int s = 0; s < sequences.length; s++) {
                double[][] ours = engine.logits(sequences[s]);
                for (int t = 0; t < ours.length; t++) {
                    double[] reference = widen(oracle.logits(s, t));
                    divergence += LogitMetrics.divergence(reference, ours[t]);
                    agreed +=
                            LogitMetrics.argMax(reference) == LogitMetrics.argMax(ours[t]) ? 1 : 0;
                    positions++;
                }
            }
            var result = new OracleAgreement(divergence / positions, (double) agreed / positions);
            System.getLogger("oracle")
                    .log(
                            System.Logger.Level.INFO,
                            "%s, %s".formatted(oracle.folder().label(), result));
            return result;
        }
    }

    /** Fails unless both figures are good enough; NaN is not. */
    void require(double largestDivergence, double leastAgreement) {
        assertAll(
                () ->
                        assertTrue(
                                divergence <= largestDivergence,
                                "mean KL %.3g must be at most %.3g"
                                        .formatted(divergence, largestDivergence)),
                () ->
                        assertTrue(
                                agreement >= leastAgreement,
                                "top-1 agreement %.4f must be at least %.4f"
                                        .formatted(agreement, leastAgreement)));
    }

    private static double[] widen(float[] numbers) {
        var wide = new double[numbers.length];
        for (int i = 0; i < wide.length; i++) {
            wide[i] = numbers[i];
        }
        return wide;
    }
}
