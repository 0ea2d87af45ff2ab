package dev.trilobit.model.generate;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.trilobit.api.backend.BackendException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;
import org.junit.jupiter.api.Test;

class SamplerTest {
    private static final SamplerSettings PLAIN = SamplerSettings.greedy().withTemperature(1);

    private static float[] flat(int size) {
        return new float[size];
    }

    private static List<Integer> draws(SamplerSettings settings, int count) {
        var sampler = new Sampler(settings, 1000);
        var tokens = new ArrayList<Integer>();
        for (int i = 0; i < count; i++) {
            tokens.add(sampler.sample(Logits.of(flat(1000)), new TokenSequence()));
        }
        return tokens;
    }

    @Test
    void greedyTakesTheHighestScoreAndOfEqualOnesTheSmallestId() {
        var sampler = new Sampler(SamplerSettings.greedy(), 5);

        assertEquals(1, sampler.sample(Logits.of(0, 3, -1, 3, 2), new TokenSequence()));
    }

    @Test
    void greedyDistributionIsCertain() {
        var distribution = new Distribution();

        new Sampler(SamplerSettings.greedy(), 3)
                .distribution(Logits.of(0, 2, 1), new TokenSequence(), distribution);

        assertEquals(1, distribution.size());
        assertEquals(1, distribution.probabilityOf(1));
        assertEquals(0, distribution.probabilityOf(0));
    }

    @Test
    void greedyHeedsBiasAndPenalties() {
        SamplerSettings biased = SamplerSettings.greedy().withLogitBias(Map.of(0, 2.5f));
        SamplerSettings penalized = SamplerSettings.greedy().withRepetitionPenalty(4);

        assertEquals(0, new Sampler(biased, 2).sample(Logits.of(0, 2), new TokenSequence()));
        assertEquals(0, new Sampler(penalized, 2).sample(Logits.of(1, 2), Logits.sequence(1, 1)));
    }

    @Test
    void sameSeedGivesTheSameTokens() {
        assertEquals(draws(PLAIN.withSeed(5), 50), draws(PLAIN.withSeed(5), 50));
    }

    @Test
    void anotherSeedGivesOtherTokens() {
        assertNotEquals(draws(PLAIN.withSeed(5), 50), draws(PLAIN.withSeed(6), 50));
    }

    @Test
    void drawTakesOneNumberOfTheNamedAlgorithm() {
        RandomGenerator expected = RandomGeneratorFactory.of("L64X128MixRandom").create(5);

        for (int token : draws(PLAIN.withSeed(5), 20)) {
            assertEquals(expected.nextDouble(), (token + 0.5) / 1000, 0.5 / 1000 + 1e-9);
        }
    }

    /** 3 - 2 * 0.5 - 0.25 and 4 - 1 * 0.5 - 0.25; tokens of the prompt do not count. */
    @Test
    void frequencyAndPresenceFollowOpenAisFormulaOverGeneratedTokens() {
        SamplerSettings settings = PLAIN.withFrequencyPenalty(0.5).withPresencePenalty(0.25);
        TokenSequence context = Logits.sequence(0, 0, 1);
        context.beginGenerated();
        context.append(2);
        context.append(3);
        context.append(2);

        Candidates scores = new Sampler(settings, 4).filter(Logits.of(1, 2, 3, 4), context);

        assertEquals(1, scores.score(0));
        assertEquals(2, scores.score(1));
        assertEquals(1.75f, scores.score(2));
        assertEquals(3.25f, scores.score(3));
    }

    @Test
    void negativePenaltiesRaiseScores() {
        SamplerSettings settings = PLAIN.withFrequencyPenalty(-1).withPresencePenalty(-0.5);
        TokenSequence context = Logits.sequence(1);
        context.beginGenerated();
        context.append(0);
        context.append(0);

        Candidates scores = new Sampler(settings, 2).filter(Logits.of(1, 2), context);

        assertEquals(3.5f, scores.score(0));
        assertEquals(2, scores.score(1));
    }

    @Test
    void repetitionComesBeforeFrequency() {
        SamplerSettings settings = PLAIN.withRepetitionPenalty(2).withFrequencyPenalty(1);
        TokenSequence context = new TokenSequence();
        context.append(0);

        assertEquals(1, new Sampler(settings, 1).filter(Logits.of(4), context).score(0));
    }

    @Test
    void penaltiesCountAnewEachTime() {
        var sampler = new Sampler(PLAIN.withFrequencyPenalty(1).withRepetitionPenalty(2), 1);
        TokenSequence context = new TokenSequence();
        context.append(0);

        for (int i = 0; i < 3; i++) {
            assertEquals(1, sampler.filter(Logits.of(4), context).score(0));
        }
    }

    @Test
    void forbiddenTokensNeverCome() {
        SamplerSettings settings =
                PLAIN.withLogitBias(Map.of(1, Float.NEGATIVE_INFINITY)).withTemperature(100);
        var sampler = new Sampler(settings, 2);

        for (int i = 0; i < 1000; i++) {
            assertEquals(0, sampler.sample(Logits.of(-50, 50), new TokenSequence()));
        }
    }

    @Test
    void lowestTemperatureStaysFinite() {
        SamplerSettings cold = PLAIN.withTemperature(SamplerSettings.MIN_TEMPERATURE);

        assertEquals(1, new Sampler(cold, 2).sample(Logits.of(-3e4f, 3e4f), new TokenSequence()));
    }

    @Test
    void notANumberIsAnErrorThatNamesTheToken() {
        for (SamplerSettings settings : List.of(SamplerSettings.greedy(), PLAIN)) {
            var e =
                    assertThrows(
                            BackendException.class,
                            () ->
                                    new Sampler(settings, 3)
                                            .sample(
                                                    Logits.of(0, 1, Float.NaN),
                                                    new TokenSequence()));
            assertEquals(
                    "the model's score of token 2 is NaN, expected a number: weights or backend are"
                            + " broken",
                    e.getMessage());
        }
    }

    @Test
    void positiveInfinityIsAnError() {
        assertThrows(
                BackendException.class,
                () ->
                        new Sampler(PLAIN, 2)
                                .sample(
                                        Logits.of(0, Float.POSITIVE_INFINITY),
                                        new TokenSequence()));
    }

    @Test
    void nothingLeftIsAnError() {
        SamplerSettings none =
                PLAIN.withLogitBias(Map.of(0, Float.NEGATIVE_INFINITY, 1, Float.NEGATIVE_INFINITY));

        var e =
                assertThrows(
                        IllegalStateException.class,
                        () -> new Sampler(none, 2).sample(Logits.of(0, 1), new TokenSequence()));
        assertEquals(
                "no token is left to choose from: all 2 have the score -Infinity after the logit"
                        + " bias",
                e.getMessage());
    }

    @Test
    void logitsOfAnotherWidthAreRefused() {
        var e =
                assertThrows(
                        IllegalArgumentException.class,
                        () -> new Sampler(PLAIN, 3).sample(Logits.of(1, 2), new TokenSequence()));
        assertEquals("logits: expected 12 bytes for a vocabulary of 3, got 8", e.getMessage());
    }

    @Test
    void biasOutsideTheVocabularyIsRefused() {
        var e =
                assertThrows(
                        IllegalArgumentException.class,
                        () -> new Sampler(PLAIN.withLogitBias(Map.of(3, 1f)), 3));
        assertEquals("logit bias: expected token ids below 3, got 3", e.getMessage());
    }

    @Test
    void anEmptyDistributionCannotBeDrawnFrom() {
        RandomGenerator random = RandomGenerator.getDefault();

        assertThrows(IllegalStateException.class, () -> new Distribution().draw(random));
    }
}
