package dev.trilobit.model.generate;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.MemorySegment;
import java.util.Random;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Draws often and compares the counts with probabilities computed naively. */
class SamplerDrawTest {
    private static final int DRAWS = 200_000;
    private static final int VOCABULARY = 67;

    /** A true distribution falls below this once in a thousand seeds; the seeds here are fixed. */
    private static final double ACCEPT = 1e-3;

    /** What is wrong must be far below any doubt. */
    private static final double REJECT = 1e-9;

    private static final TokenSequence NOTHING = new TokenSequence();

    static Stream<Arguments> settings() {
        SamplerSettings plain = SamplerSettings.greedy().withTemperature(1);
        return Stream.of(
                Arguments.of("plain softmax", plain.withSeed(1)),
                Arguments.of("temperature 0.6", plain.withTemperature(0.6).withSeed(2)),
                Arguments.of("temperature 2", plain.withTemperature(2).withSeed(3)),
                Arguments.of("top-k 7", plain.withTopK(7).withSeed(4)),
                Arguments.of("top-p 0.8", plain.withTopP(0.8).withSeed(5)),
                Arguments.of("min-p 0.1", plain.withMinP(0.1).withSeed(6)),
                Arguments.of("defaults", SamplerSettings.defaults().withSeed(7)));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("settings")
    void drawsFollowTheProbabilities(String name, SamplerSettings settings) {
        double p = ChiSquared.pValue(counts(settings), naive(settings));

        assertTrue(p > ACCEPT, name + ": p = " + p);
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("settings")
    void drawsDoNotFollowASlightlyWrongDistribution(String name, SamplerSettings settings) {
        SamplerSettings wrong = settings.withTemperature(settings.temperature() * 1.05);

        double p = ChiSquared.pValue(counts(wrong), naive(settings));

        assertTrue(p < REJECT, name + ": p = " + p);
    }

    @Test
    void aTokenTooManyIsRejected() {
        SamplerSettings seven = SamplerSettings.greedy().withTemperature(1).withTopK(7);

        assertEquals(0, ChiSquared.pValue(counts(seven.withTopK(8)), naive(seven)));
    }

    @Test
    void pValuesAreThoseOfTheTables() {
        // 3.841 is the 5 % point of one degree of freedom, 18.307 that of ten.
        double delta = Math.sqrt(3.841 * 1000) / 2;
        long[] two = {Math.round(500_000 + delta * Math.sqrt(1000)), 0};
        two[1] = 1_000_000 - two[0];
        assertEquals(0.05, ChiSquared.pValue(two, new double[] {0.5, 0.5}), 1e-3);
        assertEquals(
                1,
                ChiSquared.pValue(
                        new long[] {10, 10, 10}, new double[] {1 / 3.0, 1 / 3.0, 1 / 3.0}));
    }

    private static float[] scores() {
        var random = new Random(42);
        float[] scores = new float[VOCABULARY];
        for (int i = 0; i < scores.length; i++) {
            scores[i] = (float) (2 * random.nextGaussian());
        }
        return scores;
    }

    private static long[] counts(SamplerSettings settings) {
        var sampler = new Sampler(settings, VOCABULARY);
        MemorySegment logits = Logits.of(scores());
        long[] counts = new long[VOCABULARY];
        for (int i = 0; i < DRAWS; i++) {
            counts[sampler.sample(logits, NOTHING)]++;
        }
        return counts;
    }

    /** The definitions, one after the other, over a fully sorted vocabulary without ties. */
    private static double[] naive(SamplerSettings settings) {
        float[] scores = scores();
        int[] falling =
                IntStream.range(0, VOCABULARY)
                        .boxed()
                        .sorted((a, b) -> Float.compare(scores[b], scores[a]))
                        .mapToInt(Integer::intValue)
                        .toArray();
        int kept = settings.topK() == 0 ? VOCABULARY : settings.topK();
        double[] p = softmax(scores, falling, kept, settings.temperature());
        if (settings.topP() < 1) {
            double sum = 0;
            int needed = 0;
            while (sum < settings.topP()) {
                sum += p[falling[needed++]];
            }
            kept = needed;
        }
        while (p[falling[kept - 1]] < settings.minP() * p[falling[0]]) {
            kept--;
        }
        return softmax(scores, falling, kept, settings.temperature());
    }

    private static double[] softmax(float[] scores, int[] falling, int kept, double temperature) {
        double[] p = new double[scores.length];
        double total = 0;
        for (int i = 0; i < kept; i++) {
            p[falling[i]] = Math.exp(scores[falling[i]] / temperature);
            total += p[falling[i]];
        }
        for (int i = 0; i < p.length; i++) {
            p[i] /= total;
        }
        return p;
    }
}
