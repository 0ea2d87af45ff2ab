package dev.trilobit.cli.conform;

import dev.trilobit.api.backend.Availability.Available;
import dev.trilobit.api.backend.Availability.Unavailable;
import dev.trilobit.api.backend.Backend;
import dev.trilobit.api.backend.BackendProvider;
import dev.trilobit.api.backend.DeviceInfo;
import dev.trilobit.cli.io.ProgressBar;
import dev.trilobit.cli.io.StandardStreams;
import dev.trilobit.conformance.contract.Budget;
import dev.trilobit.conformance.contract.Check;
import dev.trilobit.conformance.contract.CheckResult;
import dev.trilobit.conformance.contract.Contract;
import dev.trilobit.conformance.contract.Refusals;
import dev.trilobit.conformance.contract.Subject;
import dev.trilobit.conformance.contract.Trial;
import dev.trilobit.conformance.contract.Verdict;
import dev.trilobit.conformance.model.ActivationCostContract;
import dev.trilobit.conformance.model.ModelContract;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.ServiceConfigurationError;

/** Tries contracts on providers. */
final class ConformRunner {
    /** Name of the contract that is also tried on models from files. */
    static final String MODEL = "model";

    private final List<Contract> contracts;
    private final List<TriedModel> models;
    private final Map<String, String> backendOptions;
    private final StandardStreams streams;

    /**
     * Prepares a run.
     *
     * @param contracts in the order to try them
     * @param models for the contract on models, after its own
     */
    ConformRunner(
            List<Contract> contracts,
            List<TriedModel> models,
            Map<String, String> backendOptions,
            StandardStreams streams) {
        this.contracts = contracts;
        this.models = models;
        this.backendOptions = backendOptions;
        this.streams = streams;
    }

    /** Tries everything on one provider. */
    BackendRun run(InstalledProvider installed) {
        return switch (installed.availability()) {
            case Unavailable(String reason) ->
                    new BackendRun.NotAvailable(installed.id(), installed.named(), reason);
            case Available(String device, int _) -> {
                Optional<BackendProvider> provider = installed.load();
                yield provider.isEmpty()
                        ? new BackendRun.NotAvailable(
                                installed.id(),
                                installed.named(),
                                "its class is not found a second time")
                        : run(provider.get(), device);
            }
        };
    }

    private BackendRun run(BackendProvider provider, String device) {
        try {
            return run(Subject.of(provider, backendOptions), device);
        } catch (IllegalStateException | ServiceConfigurationError e) {
            return new BackendRun.Tried(
                    new Subject(provider, Budget.float32(), Refusals.NONE, backendOptions),
                    new DeviceInfo(device, Map.of()),
                    List.of(new Outcome("", brokenDeclaration(e))));
        }
    }

    /** Others go on; without its limits nothing can be said of this one. */
    private static CheckResult brokenDeclaration(Throwable cause) {
        return new CheckResult(
                "provider",
                "its declaration can be read",
                Verdict.FAILED,
                List.of(String.valueOf(cause.getMessage())),
                List.of(),
                Map.of(),
                0);
    }

    private BackendRun run(Subject subject, String device) {
        var outcomes = new ArrayList<Outcome>();
        for (Contract contract : contracts) {
            outcomes.addAll(run(contract, subject));
            if (contract.name().equals(MODEL)) {
                models.forEach(model -> outcomes.addAll(run(model, subject)));
            }
        }
        return new BackendRun.Tried(subject, device(subject.provider(), device), outcomes);
    }

    private List<Outcome> run(Contract contract, Subject subject) {
        List<Check> checks = contract.checks();
        String label = "%s %s".formatted(subject.provider().id(), contract.name());
        try (var bar =
                new ProgressBar(label, count -> count + " checks", streams, System::nanoTime)) {
            var outcomes = new ArrayList<Outcome>();
            for (Check check : checks) {
                bar.report(outcomes.size(), checks.size());
                outcomes.add(new Outcome("", Trial.run(contract.name(), check, subject)));
            }
            return outcomes;
        }
    }

    private List<Outcome> run(TriedModel model, Subject subject) {
        String label = "%s %s".formatted(subject.provider().id(), model.name());
        var outcomes = new ArrayList<Outcome>();
        try (var bar = ProgressBar.tokens(label, streams)) {
            add(
                    outcomes,
                    model,
                    new ModelContract(List.of(model.modelCase()), bar::report),
                    subject);
        }
        if (model.roundedByChoice()) {
            try (var bar = ProgressBar.tokens(label + ", int8 against float", streams)) {
                add(
                        outcomes,
                        model,
                        new ActivationCostContract(
                                model.modelCase(), model.asTrained(), bar::report),
                        subject);
            }
        }
        return outcomes;
    }

    private static void add(
            List<Outcome> outcomes, TriedModel model, Contract contract, Subject subject) {
        for (Check check : contract.checks()) {
            outcomes.add(new Outcome(model.name(), Trial.run(contract.name(), check, subject)));
        }
    }

    /** What it runs on; a backend that does not open is blamed by its checks. */
    private static DeviceInfo device(BackendProvider provider, String probed) {
        try (Backend backend = provider.open()) {
            return backend.device();
        } catch (RuntimeException | LinkageError _) {
            return new DeviceInfo(probed, Map.of());
        }
    }
}
