package dev.trilobit.cli.conform;

import dev.trilobit.conformance.contract.Verdict;
import java.time.Duration;
import java.time.Instant;
import java.util.List;

/**
 * Everything a run found.
 *
 * @param host where it ran
 * @param command as it was typed
 * @param started when
 * @param time how long it took
 * @param models that were tried besides the suite's own
 * @param backends by id
 */
record ConformReport(
        HostFacts host,
        String command,
        Instant started,
        Duration time,
        List<ModelFacts> models,
        List<BackendRun> backends) {
    public ConformReport {
        models = List.copyOf(models);
        backends = List.copyOf(backends);
    }

    /** Tells whether something failed, or nothing was there to try. */
    boolean failed() {
        return tried().isEmpty() || backends.stream().anyMatch(BackendRun::failed);
    }

    /** Returns the backends that run here. */
    List<BackendRun.Tried> tried() {
        return backends.stream()
                .filter(BackendRun.Tried.class::isInstance)
                .map(BackendRun.Tried.class::cast)
                .toList();
    }

    /** Returns the backends that do not. */
    List<BackendRun.NotAvailable> notAvailable() {
        return backends.stream()
                .filter(BackendRun.NotAvailable.class::isInstance)
                .map(BackendRun.NotAvailable.class::cast)
                .toList();
    }

    /** Returns the number of checks with a verdict, on all backends. */
    long count(Verdict verdict) {
        return tried().stream().mapToLong(run -> run.with(verdict).count()).sum();
    }

    /** Returns one line: how it ended and why. */
    String summary() {
        if (tried().isEmpty()) {
            return "failed: no backend runs on this machine";
        }
        long missing = notAvailable().stream().filter(BackendRun::failed).count();
        return "%s: %d checks passed, %d failed, %d refused by design%s"
                .formatted(
                        failed() ? "failed" : "passed",
                        count(Verdict.PASSED),
                        count(Verdict.FAILED),
                        count(Verdict.REFUSED),
                        missing == 0
                                ? ""
                                : "; %d %s asked for by name not available"
                                        .formatted(missing, missing == 1 ? "backend" : "backends"));
    }
}
