package dev.trilobit.conformance.metric;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.List;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** What NumPy makes of rows of logits and of losses: {@code metrics.json}. */
final class MetricGoldens {
    private MetricGoldens() {}

    /** Two rows of logits and their measures. */
    record Row(JsonNode facts) {
        double[] reference() {
            return numbers(facts.get("reference"));
        }

        double[] other() {
            return numbers(facts.get("other"));
        }

        /** KL(reference || other). */
        double forward() {
            return facts.get("forward").doubleValue();
        }

        /** KL(other || reference). */
        double reverse() {
            return facts.get("reverse").doubleValue();
        }

        /** Negative logarithms of the reference's probabilities. */
        double[] losses() {
            return numbers(facts.get("losses"));
        }
    }

    static List<Row> rows() {
        return read().get("rows").valueStream().map(Row::new).toList();
    }

    static double[] losses() {
        return numbers(read().get("perplexity").get("losses"));
    }

    static double perplexity() {
        return read().get("perplexity").get("value").doubleValue();
    }

    static double standardError() {
        return read().get("perplexity").get("error").doubleValue();
    }

    private static double[] numbers(JsonNode array) {
        return array.valueStream().mapToDouble(JsonNode::doubleValue).toArray();
    }

    private static JsonNode read() {
        try (InputStream in = MetricGoldens.class.getResourceAsStream("/goldens/metrics.json")) {
            if (in == null) {
                throw new IllegalStateException("goldens/metrics.json is no test resource");
            }
            return JsonMapper.shared().readTree(in.readAllBytes());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
