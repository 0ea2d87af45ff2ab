package dev.trilobit.model.generate;

import java.util.Map;

/** Changes scores before the choice: logit bias, then the penalties. */
final class ScoreAdjuster {
    private final int[] biased;
    private final float[] biases;
    private final Penalties penalties;
    private final int[] counts;

    /**
     * Prepares.
     *
     * @throws IllegalArgumentException if a bias is for a token outside the vocabulary
     */
    ScoreAdjuster(SamplerSettings settings, int vocabulary) {
        penalties = settings.penalties();
        counts = penalties.isNone() ? new int[0] : new int[vocabulary];
        biased = new int[settings.logitBias().size()];
        biases = new float[biased.length];
        int n = 0;
        for (Map.Entry<Integer, Float> entry : settings.logitBias().entrySet()) {
            biased[n] = entry.getKey();
            biases[n++] = entry.getValue();
        }
        for (int token : biased) {
            if (token >= vocabulary) {
                throw new IllegalArgumentException(
                        "logit bias: expected token ids below %d, got %d"
                                .formatted(vocabulary, token));
            }
        }
    }

    /** Changes the scores of all {@code candidates}, of which none is filtered yet. */
    void adjust(Candidates candidates, TokenSequence context) {
        for (int i = 0; i < biased.length; i++) {
            candidates.setScore(biased[i], candidates.score(biased[i]) + biases[i]);
        }
        if (penalties.repetition() != 1) {
            int from = Math.max(0, context.size() - penalties.repetitionWindow());
            count(context, from);
            repetition(candidates, context, from);
        }
        if (penalties.frequency() != 0 || penalties.presence() != 0) {
            count(context, context.generatedFrom());
            frequency(candidates, context, context.generatedFrom());
        }
    }

    private void count(TokenSequence context, int from) {
        for (int i = from; i < context.size(); i++) {
            counts[context.get(i)]++;
        }
    }

    /** Visits each different token once, and leaves its count at 0 again. */
    private void repetition(Candidates candidates, TokenSequence context, int from) {
        float penalty = (float) penalties.repetition();
        for (int i = from; i < context.size(); i++) {
            int token = context.get(i);
            if (counts[token] != 0) {
                counts[token] = 0;
                float score = candidates.score(token);
                candidates.setScore(token, score < 0 ? score * penalty : score / penalty);
            }
        }
    }

    /** {@code score - count * frequency - (count > 0) * presence}: OpenAI's API reference. */
    private void frequency(Candidates candidates, TokenSequence context, int from) {
        for (int i = from; i < context.size(); i++) {
            int token = context.get(i);
            if (counts[token] != 0) {
                double penalty = counts[token] * penalties.frequency() + penalties.presence();
                counts[token] = 0;
                candidates.setScore(token, (float) (candidates.score(token) - penalty));
            }
        }
    }
}
