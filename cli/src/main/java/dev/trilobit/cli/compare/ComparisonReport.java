package dev.trilobit.cli.compare;

import dev.trilobit.cli.io.Json;
import dev.trilobit.cli.io.PerplexityText;
import dev.trilobit.cli.io.StandardStreams;
import dev.trilobit.cli.io.TokenCount;
import dev.trilobit.conformance.metric.Agreement;
import dev.trilobit.conformance.metric.Perplexity;
import dev.trilobit.conformance.metric.PositionAgreement.Choice;
import dev.trilobit.conformance.metric.Spread;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * What a comparison ended with.
 *
 * @param a where the reference's logits come from
 * @param b where the other's come from
 * @param vocabulary logits of a position
 * @param tieWidth see {@link Gates}
 */
record ComparisonReport(String a, String b, int vocabulary, double tieWidth, Agreement agreement) {
    /** Prints lines for people. */
    void print(StandardStreams streams) {
        List<Double> chunks = agreement.top1ByChunk();
        line(streams, "A", a);
        line(streams, "B", b);
        line(
                streams,
                "compared",
                "%s in %s, vocabulary of %s"
                        .formatted(
                                TokenCount.text(tokens()),
                                chunks.size() == 1
                                        ? "1 chunk"
                                        : TokenCount.number(chunks.size()) + " chunks",
                                TokenCount.number(vocabulary)));
        line(streams, "KL(A || B)", text(agreement.forward()));
        line(streams, "KL(B || A)", text(agreement.reverse()));
        line(streams, "top-1", choices());
        if (chunks.size() > 1) {
            int worst = worstChunk(chunks);
            line(
                    streams,
                    "worst chunk",
                    String.format(
                            Locale.ROOT,
                            "%.2f %% the same, chunk %d",
                            100 * chunks.get(worst),
                            worst + 1));
        }
        line(streams, "perplexity A", text(agreement.referenceLoss()));
        line(streams, "perplexity B", text(agreement.loss()));
    }

    /**
     * Prints one JSON object.
     *
     * @param missed what is not good enough
     */
    void printJson(StandardStreams streams, List<String> missed) {
        List<Double> chunks = agreement.top1ByChunk();
        Map<String, Object> object = new LinkedHashMap<>();
        object.put("a", a);
        object.put("b", b);
        object.put("tokens", tokens());
        object.put("chunks", chunks.size());
        object.put("vocabulary", vocabulary);
        object.put("kl_a_b", object(agreement.forward()));
        object.put("kl_b_a", object(agreement.reverse()));
        object.put("top1", agreement.top1());
        object.put("tie_width", tieWidth);
        object.put("same", agreement.count(Choice.SAME));
        object.put("tied", agreement.count(Choice.TIED));
        object.put("different", agreement.count(Choice.DIFFERENT));
        object.put("not_finite", agreement.count(Choice.NOT_FINITE));
        object.put("worst_chunk", worstChunk(chunks) + 1);
        object.put("worst_chunk_top1", agreement.worstChunkTop1());
        object.put("perplexity_a", object(agreement.referenceLoss()));
        object.put("perplexity_b", object(agreement.loss()));
        object.put("passed", missed.isEmpty());
        object.put("missed", missed);
        Json.print(streams, object);
    }

    private int tokens() {
        return agreement.positions().size();
    }

    private int worstChunk(List<Double> chunks) {
        return chunks.indexOf(agreement.worstChunkTop1());
    }

    private String choices() {
        long broken = agreement.count(Choice.NOT_FINITE);
        return String.format(
                Locale.ROOT,
                "%.2f %% the same: %,d same, %,d tied within %s, %,d different%s",
                100 * agreement.top1(),
                agreement.count(Choice.SAME),
                agreement.count(Choice.TIED),
                number(tieWidth),
                agreement.count(Choice.DIFFERENT),
                broken == 0 ? "" : String.format(Locale.ROOT, ", %,d not finite", broken));
    }

    private static String text(Spread spread) {
        return String.format(
                Locale.ROOT,
                "mean %s, p99 %s, max %s nats a token",
                number(spread.mean()),
                number(spread.p99()),
                number(spread.max()));
    }

    private static String text(Perplexity loss) {
        return loss.tokens() == 0
                ? "none: no token follows another"
                : PerplexityText.of(loss) + ", over all positions";
    }

    /** Four digits whatever the size, since agreement ranges over many powers of ten. */
    private static String number(double value) {
        return value == 0 ? "0" : String.format(Locale.ROOT, "%.4g", value);
    }

    private static Map<String, Object> object(Spread spread) {
        Map<String, Object> object = new LinkedHashMap<>();
        object.put("mean", spread.mean());
        object.put("p99", spread.p99());
        object.put("max", spread.max());
        return object;
    }

    private static Map<String, Object> object(Perplexity loss) {
        Map<String, Object> object = new LinkedHashMap<>();
        object.put("tokens_scored", loss.tokens());
        if (loss.tokens() > 0) {
            object.put("value", loss.value());
            if (PerplexityText.hasError(loss)) {
                object.put("standard_error", loss.standardError());
            }
        }
        return object;
    }

    private static void line(StandardStreams streams, String name, String value) {
        streams.line("%-14s%s".formatted(name, value));
    }
}
