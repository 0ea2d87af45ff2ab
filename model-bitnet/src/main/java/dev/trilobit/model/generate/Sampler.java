package dev.trilobit.model.generate;

import java.lang.foreign.MemorySegment;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;

/**
 * Chooses tokens by {@link SamplerSettings}. Scores become a {@link Distribution}, and a token is
 * drawn from it; who needs both steps apart (speculative decoding compares two distributions) calls
 * them apart. Used by one thread at a time; allocates nothing once it has seen a few tokens.
 */
public final class Sampler {
    /** Algorithm of the random numbers, by its name in {@link RandomGeneratorFactory}. */
    public static final String RANDOM_ALGORITHM = "L64X128MixRandom";

    private final SamplerSettings settings;
    private final ScoreAdjuster adjuster;
    private final Candidates candidates;
    private final Distribution distribution = new Distribution();
    private final RandomGenerator random;

    /**
     * Makes a sampler at the beginning of its seed's random numbers.
     *
     * @param vocabulary number of token ids, at least 1
     * @throws IllegalArgumentException if the settings name a token outside the vocabulary
     */
    public Sampler(SamplerSettings settings, int vocabulary) {
        if (vocabulary < 1) {
            throw new IllegalArgumentException(
                    "vocabulary: expected at least 1, got " + vocabulary);
        }
        this.settings = settings;
        this.adjuster = new ScoreAdjuster(settings, vocabulary);
        this.candidates = new Candidates(vocabulary);
        this.random = RandomGeneratorFactory.of(RANDOM_ALGORITHM).create(settings.seed());
    }

    /** Returns the random numbers of the seed, which {@link #sample} draws with. */
    public RandomGenerator random() {
        return random;
    }

    /**
     * Chooses the next token. Greedy settings take no random number, others exactly one.
     *
     * @param logits native-endian f32, shape [vocabulary]
     * @param context tokens before it, for the penalties
     * @throws IllegalArgumentException if there are more or fewer scores than token ids
     * @throws IllegalStateException if no token has a score above negative infinity
     * @throws dev.trilobit.api.backend.BackendException if a score is NaN or positive infinity
     */
    public int sample(MemorySegment logits, TokenSequence context) {
        if (settings.isGreedy()) {
            score(logits, context);
            return candidates.token(candidates.best());
        }
        distribution(logits, context, distribution);
        return distribution.draw(random);
    }

    /**
     * Computes with which probability {@link #sample} would choose each token. Draws nothing.
     *
     * @param logits native-endian f32, shape [vocabulary]
     * @param context tokens before it, for the penalties
     * @param into out; overwritten
     * @throws IllegalArgumentException if there are more or fewer scores than token ids
     * @throws IllegalStateException if no token has a score above negative infinity
     * @throws dev.trilobit.api.backend.BackendException if a score is NaN or positive infinity
     */
    public void distribution(MemorySegment logits, TokenSequence context, Distribution into) {
        filter(logits, context);
        candidates.softmax(into);
    }

    /** Leaves the tokens that can be chosen, with their final scores. */
    Candidates filter(MemorySegment logits, TokenSequence context) {
        score(logits, context);
        if (settings.isGreedy()) {
            candidates.keepOnly(candidates.best());
            return candidates;
        }
        if (settings.temperature() != 1) {
            candidates.divide((float) settings.temperature());
        }
        if (settings.topK() > 0) {
            candidates.topK(settings.topK());
        }
        if (settings.topP() < 1) {
            candidates.topP(settings.topP());
        }
        if (settings.minP() > 0) {
            candidates.minP(settings.minP());
        }
        return candidates;
    }

    private void score(MemorySegment logits, TokenSequence context) {
        candidates.load(logits);
        adjuster.adjust(candidates, context);
        candidates.dropImpossible();
    }
}
