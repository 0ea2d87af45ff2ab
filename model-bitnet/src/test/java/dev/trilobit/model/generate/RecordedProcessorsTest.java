package dev.trilobit.model.generate;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.ObjectMapper;

/**
 * Compares with what transformers' logits processors made of the same scores: {@code
 * generate/processors.json}, written by {@code record_processors.py} beside it.
 */
class RecordedProcessorsTest {
    /** Two f64 softmaxes over the same scores, summed in another order. */
    private static final double SUM_ORDER = 1e-13;

    private static final float FILTERED = Float.NEGATIVE_INFINITY;

    static Stream<Arguments> cases() throws IOException {
        try (InputStream in =
                Objects.requireNonNull(
                        RecordedProcessorsTest.class.getResourceAsStream(
                                "/generate/processors.json"))) {
            JsonNode recorded = new ObjectMapper().readTree(in);
            return StreamSupport.stream(recorded.get("cases").spliterator(), false)
                    .map(node -> Arguments.of(node.get("name").asString(), node));
        }
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("cases")
    void scoresEqualRecordedOnesBitForBit(String name, JsonNode node) {
        float[] logits = floats(node.get("logits"));
        var sampler = new Sampler(settings(node.get("settings")), logits.length);

        Candidates left = sampler.filter(Logits.of(logits), context(node));

        float[] scores = new float[logits.length];
        Arrays.fill(scores, FILTERED);
        for (int i = 0; i < left.count(); i++) {
            scores[left.token(i)] = left.score(i);
        }
        float[] expected = floats(node.get("scores"));
        for (int token = 0; token < scores.length; token++) {
            assertEquals(expected[token], scores[token], name + ", token " + token);
        }
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("cases")
    void probabilitiesEqualRecordedOnes(String name, JsonNode node) {
        float[] logits = floats(node.get("logits"));
        var sampler = new Sampler(settings(node.get("settings")), logits.length);
        var distribution = new Distribution();

        sampler.distribution(Logits.of(logits), context(node), distribution);

        JsonNode expected = node.get("probabilities");
        for (int token = 0; token < logits.length; token++) {
            assertEquals(
                    expected.get(token).asDouble(),
                    distribution.probabilityOf(token),
                    SUM_ORDER,
                    name + ", token " + token);
        }
    }

    private static TokenSequence context(JsonNode node) {
        var sequence = new TokenSequence();
        node.get("context").forEach(token -> sequence.append(token.asInt()));
        return sequence;
    }

    private static SamplerSettings settings(JsonNode node) {
        SamplerSettings settings = SamplerSettings.greedy().withTemperature(1);
        for (Map.Entry<String, JsonNode> option : node.properties()) {
            JsonNode value = option.getValue();
            settings =
                    switch (option.getKey()) {
                        case "temperature" -> settings.withTemperature(value.asDouble());
                        case "topK" -> settings.withTopK(value.asInt());
                        case "topP" -> settings.withTopP(value.asDouble());
                        case "minP" -> settings.withMinP(value.asDouble());
                        case "repetition" -> settings.withRepetitionPenalty(value.asDouble());
                        case "repetitionWindow" -> settings.withRepetitionWindow(value.asInt());
                        case "logitBias" -> settings.withLogitBias(biases(value));
                        default -> throw new AssertionError("unknown option " + option);
                    };
        }
        return settings;
    }

    private static Map<Integer, Float> biases(JsonNode node) {
        var biases = new HashMap<Integer, Float>();
        node.properties()
                .forEach(
                        entry ->
                                biases.put(
                                        Integer.valueOf(entry.getKey()),
                                        Float.valueOf(entry.getValue().asString())));
        return biases;
    }

    private static float[] floats(JsonNode bits) {
        float[] values = new float[bits.size()];
        for (int i = 0; i < values.length; i++) {
            values[i] = Float.intBitsToFloat(bits.get(i).asInt());
        }
        return values;
    }
}
