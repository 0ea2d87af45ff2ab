package dev.trilobit.cli.conform;

import dev.trilobit.api.backend.DeviceInfo;
import dev.trilobit.cli.conform.BackendRun.NotAvailable;
import dev.trilobit.cli.conform.BackendRun.Tried;
import dev.trilobit.conformance.contract.Budget;
import dev.trilobit.conformance.contract.CheckResult;
import dev.trilobit.conformance.contract.LogitBudget;
import dev.trilobit.conformance.contract.Measurement;
import dev.trilobit.conformance.contract.Measurement.Bound;
import dev.trilobit.conformance.contract.Verdict;
import dev.trilobit.conformance.model.ActivationCostContract;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * A report as JSON; docs/CONFORMANCE.md explains the fields. Numbers that JSON has no form for are
 * the strings {@code "NaN"}, {@code "Infinity"} and {@code "-Infinity"}, so that none gets lost.
 */
final class ReportJson {
    /** Changes when a field changes its meaning or goes. */
    static final String SCHEMA = "trilobit-conformance/1";

    private ReportJson() {}

    static Map<String, Object> object(ConformReport report) {
        Map<String, Object> object = new LinkedHashMap<>();
        object.put("schema", SCHEMA);
        object.put("verdict", report.failed() ? "failed" : "passed");
        object.put("summary", report.summary());
        object.put("version", report.host().version());
        object.put("command", report.command());
        object.put("started", report.started().toString());
        object.put("millis", report.time().toMillis());
        object.put("machine", machine(report.host()));
        object.put("models", report.models().stream().map(ReportJson::model).toList());
        object.put(
                "backends",
                report.backends().stream()
                        .map(
                                run ->
                                        switch (run) {
                                            case Tried tried -> tried(tried, report.models());
                                            case NotAvailable missing -> notAvailable(missing);
                                        })
                        .toList());
        return object;
    }

    /** Returns the number, or a string if JSON has no form for it. */
    static Object number(double value) {
        return Double.isFinite(value) ? value : Double.toString(value);
    }

    static String lower(Enum<?> constant) {
        return constant.name().toLowerCase(Locale.ROOT);
    }

    private static Map<String, Object> machine(HostFacts host) {
        Map<String, Object> machine = new LinkedHashMap<>();
        machine.put("system", host.system());
        machine.put("architecture", host.architecture());
        machine.put("processors", host.processors());
        machine.put("java", host.java());
        machine.put("vm", host.vm());
        machine.put("max_heap_bytes", host.maxHeapBytes());
        return machine;
    }

    private static Map<String, Object> model(ModelFacts facts) {
        Map<String, Object> model = new LinkedHashMap<>();
        model.put("name", facts.name());
        model.put("architecture", facts.architecture());
        model.put("parameters", facts.parameters());
        model.put("activations", facts.int8Activations() ? "int8" : "float");
        model.put("rounded_by_choice", facts.roundedByChoice());
        model.put("text", facts.text());
        model.put("sequences", facts.sequences());
        model.put("tokens", facts.tokens());
        return model;
    }

    private static Map<String, Object> notAvailable(NotAvailable missing) {
        Map<String, Object> backend = new LinkedHashMap<>();
        backend.put("id", missing.id());
        backend.put("available", false);
        backend.put("verdict", missing.failed() ? "failed" : "skipped");
        backend.put("reason", missing.reason());
        return backend;
    }

    private static Map<String, Object> tried(Tried run, List<ModelFacts> models) {
        Map<String, Object> backend = new LinkedHashMap<>();
        backend.put("id", run.id());
        backend.put("available", true);
        backend.put("verdict", run.failed() ? "failed" : "passed");
        backend.put("device", device(run.device()));
        backend.put("options", new LinkedHashMap<>(run.subject().backendOptions()));
        backend.put("budget", budget(run.subject().budget()));
        backend.put(
                "contracts", run.contracts().stream().map(name -> contract(run, name)).toList());
        backend.put(
                "checks",
                run.outcomes().stream()
                        .map(outcome -> check(outcome, run.subject().budget(), models))
                        .toList());
        return backend;
    }

    private static Map<String, Object> device(DeviceInfo info) {
        Map<String, Object> device = new LinkedHashMap<>();
        device.put("name", info.name());
        device.put("properties", info.properties());
        return device;
    }

    private static Map<String, Object> budget(Budget limits) {
        Map<String, Object> budget = new LinkedHashMap<>();
        budget.put("reason", limits.reason());
        budget.put("roundoff", number(limits.roundoff()));
        budget.put("op_error", number(limits.opError()));
        budget.put("cache_error", number(limits.cache().error()));
        budget.put("attention_error", number(Math.max(limits.opError(), limits.cache().opError())));
        budget.put("float_activations", logits(limits.floatActivations()));
        budget.put("int8_activations", logits(limits.int8Activations()));
        return budget;
    }

    private static Map<String, Object> logits(LogitBudget limits) {
        Map<String, Object> budget = new LinkedHashMap<>();
        budget.put("prefill_divergence", number(limits.prefillDivergence()));
        budget.put("decode_divergence", number(limits.decodeDivergence()));
        budget.put("top1", number(limits.top1()));
        budget.put("worst_chunk_top1", number(limits.worstChunkTop1()));
        budget.put("tie_width", number(limits.tieWidth()));
        return budget;
    }

    private static Map<String, Object> contract(Tried run, String name) {
        List<CheckResult> results =
                run.outcomes().stream()
                        .map(Outcome::result)
                        .filter(result -> result.contract().equals(name))
                        .toList();
        Map<String, Object> contract = new LinkedHashMap<>();
        contract.put("name", name);
        for (Verdict verdict : Verdict.values()) {
            contract.put(
                    lower(verdict),
                    results.stream().filter(result -> result.verdict() == verdict).count());
        }
        contract.put("millis", results.stream().mapToLong(CheckResult::millis).sum());
        return contract;
    }

    private static Map<String, Object> check(
            Outcome outcome, Budget budget, List<ModelFacts> models) {
        CheckResult result = outcome.result();
        Map<String, Object> check = new LinkedHashMap<>();
        check.put("contract", result.contract());
        check.put("check", result.check());
        models.stream()
                .filter(model -> model.name().equals(outcome.model()))
                .findFirst()
                .ifPresent(
                        model -> {
                            check.put("model", model.name());
                            // What rounding costs is told without limits.
                            if (!result.agreements().containsKey(ActivationCostContract.PATH)) {
                                check.put("limits", logits(model.limits(budget)));
                            }
                        });
        check.put("verdict", lower(result.verdict()));
        check.put("millis", result.millis());
        check.put("findings", result.findings());
        check.put(
                "measurements",
                result.measurements().stream().map(ReportJson::measurement).toList());
        check.put("agreements", AgreementJson.list(result.agreements()));
        return check;
    }

    private static Map<String, Object> measurement(Measurement taken) {
        Map<String, Object> measurement = new LinkedHashMap<>();
        measurement.put("name", taken.name());
        measurement.put("value", number(taken.value()));
        measurement.put("bound", lower(taken.bound()));
        if (taken.bound() != Bound.NONE) {
            measurement.put("limit", number(taken.limit()));
            measurement.put("passes", taken.passes());
        }
        return measurement;
    }
}
