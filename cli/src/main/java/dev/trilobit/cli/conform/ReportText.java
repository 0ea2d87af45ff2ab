package dev.trilobit.cli.conform;

import dev.trilobit.api.backend.DeviceInfo;
import dev.trilobit.cli.conform.BackendRun.NotAvailable;
import dev.trilobit.cli.conform.BackendRun.Tried;
import dev.trilobit.cli.io.PerplexityText;
import dev.trilobit.cli.io.StandardStreams;
import dev.trilobit.conformance.contract.CheckResult;
import dev.trilobit.conformance.contract.Measurement;
import dev.trilobit.conformance.contract.Measurement.Bound;
import dev.trilobit.conformance.contract.Verdict;
import dev.trilobit.conformance.metric.Agreement;
import dev.trilobit.conformance.metric.PositionAgreement.Choice;
import dev.trilobit.conformance.metric.Spread;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * A report as tables on standard output.
 *
 * @param report what was found
 */
record ReportText(ConformReport report, StandardStreams streams) {
    private static final String SPREADS = "%-10s %9s %9s %9s %9s %9s %9s %8s %8s %6s %s";

    void print() {
        for (BackendRun run : report.backends()) {
            switch (run) {
                case Tried tried -> print(tried);
                case NotAvailable missing ->
                        line(
                                "%s: not available%s: %s",
                                missing.id(),
                                missing.failed() ? ", and asked for by name" : "",
                                missing.reason());
            }
            line("");
        }
        line("%s, %.1f s", report.summary(), report.time().toMillis() / 1e3);
    }

    private void print(Tried run) {
        DeviceInfo device = run.device();
        line("%s: %s", run.id(), device.name());
        line("  %-16s %8s %8s %8s %9s", "contract", "passed", "failed", "refused", "seconds");
        for (String contract : run.contracts()) {
            List<CheckResult> results =
                    run.outcomes().stream()
                            .map(Outcome::result)
                            .filter(result -> result.contract().equals(contract))
                            .toList();
            line(
                    "  %-16s %8d %8d %8d %9.1f",
                    contract,
                    count(results, Verdict.PASSED),
                    count(results, Verdict.FAILED),
                    count(results, Verdict.REFUSED),
                    results.stream().mapToLong(CheckResult::millis).sum() / 1e3);
        }
        run.outcomes().stream()
                .filter(outcome -> !outcome.model().isEmpty())
                .forEach(this::printModel);
        printFindings("refused by design", run, Verdict.REFUSED);
        printFindings("FAILED", run, Verdict.FAILED);
    }

    private static long count(List<CheckResult> results, Verdict verdict) {
        return results.stream().filter(result -> result.verdict() == verdict).count();
    }

    private void printModel(Outcome outcome) {
        CheckResult result = outcome.result();
        line("");
        line("  %s %s", result.check(), result.verdict().name().toLowerCase(Locale.ROOT));
        Map<String, Agreement> agreements = result.agreements();
        if (!agreements.isEmpty()) {
            line("    KL in nats: from the oracle, then to it");
            line(
                    "    " + SPREADS,
                    "path",
                    "mean",
                    "p99",
                    "max",
                    "mean",
                    "p99",
                    "max",
                    "top-1 %",
                    "worst %",
                    "ties",
                    "perplexity over all positions (oracle's)");
            AgreementJson.ordered(agreements)
                    .forEach(entry -> printAgreement(entry.getKey(), entry.getValue()));
        }
        result.measurements().stream()
                .filter(measurement -> measurement.bound() != Bound.NONE)
                .forEach(this::printGate);
    }

    private void printAgreement(String path, Agreement agreement) {
        Spread forward = agreement.forward();
        Spread reverse = agreement.reverse();
        line(
                "    " + SPREADS,
                path,
                nats(forward.mean()),
                nats(forward.p99()),
                nats(forward.max()),
                nats(reverse.mean()),
                nats(reverse.p99()),
                nats(reverse.max()),
                percent(agreement.top1()),
                percent(agreement.worstChunkTop1()),
                agreement.count(Choice.TIED),
                "%s (%s)"
                        .formatted(
                                PerplexityText.of(agreement.loss()),
                                PerplexityText.of(agreement.referenceLoss())));
    }

    private void printGate(Measurement gate) {
        line("    %-6s %s", gate.passes() ? "ok" : "FAILED", gate);
    }

    private void printFindings(String title, Tried run, Verdict verdict) {
        List<Outcome> outcomes = run.with(verdict).toList();
        if (outcomes.isEmpty()) {
            return;
        }
        line("");
        line("  %s:", title);
        for (Outcome outcome : outcomes) {
            line("    %s", outcome.title());
            outcome.result().findings().forEach(finding -> line("      %s", finding));
        }
    }

    private static String nats(double value) {
        return String.format(Locale.ROOT, "%.2e", value);
    }

    private static String percent(double share) {
        return String.format(Locale.ROOT, "%.2f", 100 * share);
    }

    @SuppressWarnings("AnnotateFormatMethod") // the annotation is in a library we do not have
    private void line(String format, Object... arguments) {
        streams.line(String.format(Locale.ROOT, format, arguments).stripTrailing());
    }
}
