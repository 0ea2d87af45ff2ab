package dev.trilobit.model.generate;

import java.util.Map;

/**
 * How the next token is chosen from the model's scores. The steps run in this order, which is that
 * of transformers' {@code generate}: logit bias, repetition penalty, frequency and presence
 * penalty, temperature, top-k, top-p, min-p, draw. With temperature 0 the highest score after bias
 * and penalties wins, of equal ones the smallest token id; the filters then change nothing.
 *
 * @param temperature scores are divided by it; 0 for greedy, else {@value #MIN_TEMPERATURE} to
 *     {@value #MAX_TEMPERATURE}
 * @param topK only scores that are at least the k-th highest stay (more than k when tied); 0 is off
 * @param topP the least likely tokens that together have at most the probability {@code 1 - topP}
 *     go, of equally likely ones the smaller ids first; above 0, 1 is off (arXiv 1904.09751)
 * @param minP tokens less likely than this share of the likeliest go; 0 to 1, 0 is off (arXiv
 *     2407.01082)
 * @param penalties what lowers tokens that are there already
 * @param logitBias added to the score of a token id; finite, or negative infinity for never
 * @param seed of the random numbers; the same seed, settings and scores give the same tokens
 */
public record SamplerSettings(
        double temperature,
        int topK,
        double topP,
        double minP,
        Penalties penalties,
        Map<Integer, Float> logitBias,
        long seed) {
    /** Lowest temperature but 0. */
    public static final double MIN_TEMPERATURE = 0.001;

    /** Highest temperature. */
    public static final double MAX_TEMPERATURE = 100;

    private static final SamplerSettings GREEDY =
            new SamplerSettings(0, 0, 1, 0, Penalties.NONE, Map.of(), 0);
    private static final SamplerSettings DEFAULTS =
            new SamplerSettings(0.8, 40, 0.95, 0.05, Penalties.NONE, Map.of(), 0);

    public SamplerSettings {
        logitBias = Map.copyOf(logitBias);
        var wrong = new WrongOptions();
        if (temperature != 0
                && !(temperature >= MIN_TEMPERATURE && temperature <= MAX_TEMPERATURE)) {
            wrong.add(
                    "temperature",
                    "0 (greedy) or %s to %s".formatted(MIN_TEMPERATURE, MAX_TEMPERATURE),
                    temperature);
        }
        if (topK < 0) {
            wrong.add("top-k", "0 (off) or more", topK);
        }
        if (!(topP > 0 && topP <= 1)) {
            wrong.add("top-p", "above 0 and at most 1 (off)", topP);
        }
        if (!(minP >= 0 && minP <= 1)) {
            wrong.add("min-p", "0 (off) to 1", minP);
        }
        logitBias.forEach(
                (token, bias) -> {
                    if (token < 0 || Float.isNaN(bias) || bias == Float.POSITIVE_INFINITY) {
                        wrong.add(
                                "logit bias",
                                "a token id from 0 and a finite number or -Infinity",
                                token + "=" + bias);
                    }
                });
        wrong.throwIfAny();
    }

    /**
     * Returns temperature 0.8, top-k 40, top-p 0.95, min-p 0.05, no penalties, seed 0 (llama.cpp's
     * defaults). Who wants another text each time sets another seed.
     */
    public static SamplerSettings defaults() {
        return DEFAULTS;
    }

    /** Returns settings that always take the highest score. */
    public static SamplerSettings greedy() {
        return GREEDY;
    }

    /** Tells whether the choice is greedy, without chance. */
    public boolean isGreedy() {
        return temperature == 0;
    }

    /** Returns these with another temperature. */
    public SamplerSettings withTemperature(double value) {
        return new SamplerSettings(value, topK, topP, minP, penalties, logitBias, seed);
    }

    /** Returns these with another top-k; 0 is off. */
    public SamplerSettings withTopK(int value) {
        return new SamplerSettings(temperature, value, topP, minP, penalties, logitBias, seed);
    }

    /** Returns these with another top-p; 1 is off. */
    public SamplerSettings withTopP(double value) {
        return new SamplerSettings(temperature, topK, value, minP, penalties, logitBias, seed);
    }

    /** Returns these with another min-p; 0 is off. */
    public SamplerSettings withMinP(double value) {
        return new SamplerSettings(temperature, topK, topP, value, penalties, logitBias, seed);
    }

    /** Returns these with other penalties. */
    public SamplerSettings withPenalties(Penalties value) {
        return new SamplerSettings(temperature, topK, topP, minP, value, logitBias, seed);
    }

    /** Returns these with another repetition penalty; 1 is off. */
    public SamplerSettings withRepetitionPenalty(double value) {
        return withPenalties(
                new Penalties(
                        value,
                        penalties.repetitionWindow(),
                        penalties.frequency(),
                        penalties.presence()));
    }

    /** Returns these with a repetition penalty that looks back this many tokens. */
    public SamplerSettings withRepetitionWindow(int tokens) {
        return withPenalties(
                new Penalties(
                        penalties.repetition(),
                        tokens,
                        penalties.frequency(),
                        penalties.presence()));
    }

    /** Returns these with another frequency penalty; 0 is off. */
    public SamplerSettings withFrequencyPenalty(double value) {
        return withPenalties(
                new Penalties(
                        penalties.repetition(),
                        penalties.repetitionWindow(),
                        value,
                        penalties.presence()));
    }

    /** Returns these with another presence penalty; 0 is off. */
    public SamplerSettings withPresencePenalty(double value) {
        return withPenalties(
                new Penalties(
                        penalties.repetition(),
                        penalties.repetitionWindow(),
                        penalties.frequency(),
                        value));
    }

    /** Returns these with other biases by token id. */
    public SamplerSettings withLogitBias(Map<Integer, Float> value) {
        return new SamplerSettings(temperature, topK, topP, minP, penalties, value, seed);
    }

    /** Returns these with another seed. */
    public SamplerSettings withSeed(long value) {
        return new SamplerSettings(temperature, topK, topP, minP, penalties, logitBias, value);
    }
}
