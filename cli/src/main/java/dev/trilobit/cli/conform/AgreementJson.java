package dev.trilobit.cli.conform;

import dev.trilobit.cli.io.PerplexityText;
import dev.trilobit.conformance.metric.Agreement;
import dev.trilobit.conformance.metric.Perplexity;
import dev.trilobit.conformance.metric.PositionAgreement;
import dev.trilobit.conformance.metric.PositionAgreement.Choice;
import dev.trilobit.conformance.metric.Spread;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** How logits agree with the oracle's, as JSON. */
final class AgreementJson {
    /** The usual paths in the order a text takes them, others by name. */
    private static final List<String> USUAL = List.of("prefill", "decode");

    private AgreementJson() {}

    /** Returns the agreements by path, in the order to show them. */
    static List<Map.Entry<String, Agreement>> ordered(Map<String, Agreement> agreements) {
        Comparator<Map.Entry<String, Agreement>> usualFirst =
                Comparator.comparingInt(
                        entry ->
                                USUAL.contains(entry.getKey())
                                        ? USUAL.indexOf(entry.getKey())
                                        : USUAL.size());
        return agreements.entrySet().stream()
                .sorted(usualFirst.thenComparing(Map.Entry.comparingByKey()))
                .toList();
    }

    static List<Map<String, Object>> list(Map<String, Agreement> agreements) {
        return ordered(agreements).stream()
                .map(entry -> object(entry.getKey(), entry.getValue()))
                .toList();
    }

    private static Map<String, Object> object(String path, Agreement agreement) {
        Map<String, Object> object = new LinkedHashMap<>();
        object.put("path", path);
        object.put("kl_forward", spread(agreement.forward()));
        object.put("kl_reverse", spread(agreement.reverse()));
        object.put("top1", agreement.top1());
        object.put("top1_by_chunk", agreement.top1ByChunk());
        object.put("worst_chunk_top1", agreement.worstChunkTop1());
        Map<String, Object> choices = new LinkedHashMap<>();
        for (Choice choice : Choice.values()) {
            choices.put(ReportJson.lower(choice), agreement.count(choice));
        }
        object.put("choices", choices);
        object.put("reference_perplexity", perplexity(agreement.referenceLoss()));
        object.put("perplexity", perplexity(agreement.loss()));
        object.put("positions", positions(agreement.positions()));
        return object;
    }

    private static Map<String, Object> spread(Spread figures) {
        Map<String, Object> spread = new LinkedHashMap<>();
        spread.put("mean", ReportJson.number(figures.mean()));
        spread.put("p99", ReportJson.number(figures.p99()));
        spread.put("max", ReportJson.number(figures.max()));
        return spread;
    }

    private static Map<String, Object> perplexity(Perplexity loss) {
        Map<String, Object> perplexity = new LinkedHashMap<>();
        perplexity.put("tokens", loss.tokens());
        perplexity.put("mean_loss", ReportJson.number(loss.meanLoss()));
        perplexity.put("value", ReportJson.number(loss.value()));
        if (PerplexityText.hasError(loss)) {
            perplexity.put("standard_error", ReportJson.number(loss.standardError()));
        }
        return perplexity;
    }

    /** Columns rather than rows: thousands of positions share their names. */
    private static Map<String, Object> positions(List<PositionAgreement> positions) {
        Map<String, Object> columns = new LinkedHashMap<>();
        columns.put("chunk", positions.stream().map(PositionAgreement::chunk).toList());
        columns.put("position", positions.stream().map(PositionAgreement::position).toList());
        columns.put(
                "kl_forward",
                positions.stream().map(one -> ReportJson.number(one.forward())).toList());
        columns.put(
                "kl_reverse",
                positions.stream().map(one -> ReportJson.number(one.reverse())).toList());
        columns.put(
                "choice", positions.stream().map(one -> ReportJson.lower(one.choice())).toList());
        return columns;
    }
}
