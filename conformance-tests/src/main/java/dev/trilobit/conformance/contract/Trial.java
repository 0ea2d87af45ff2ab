package dev.trilobit.conformance.contract;

import dev.trilobit.api.backend.Availability;
import dev.trilobit.api.backend.Backend;
import dev.trilobit.api.backend.BackendUnavailableException;
import dev.trilobit.api.backend.CompileOptions;
import dev.trilobit.api.backend.CompileProgress;
import dev.trilobit.api.backend.CompiledProgram;
import dev.trilobit.api.backend.DecoderSession;
import dev.trilobit.api.backend.Rejection;
import dev.trilobit.api.backend.UnsupportedProgramException;
import dev.trilobit.api.program.Program;
import dev.trilobit.api.quant.WeightSource;
import dev.trilobit.conformance.contract.Measurement.Bound;
import dev.trilobit.conformance.metric.Agreement;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * One check being run against one provider: opens what the check needs, closes it at the end, and
 * collects everything that is wrong rather than the first thing. Used by one thread.
 */
public final class Trial {
    private final Subject subject;
    private final List<String> findings = new ArrayList<>();
    private final List<Measurement> measurements = new ArrayList<>();
    private final Map<String, Agreement> agreements = new LinkedHashMap<>();

    /** What was opened, the last first. */
    private final Deque<AutoCloseable> opened = new ArrayDeque<>();

    private Optional<Backend> backend = Optional.empty();

    private Trial(Subject subject) {
        this.subject = subject;
    }

    /** Runs a check; never throws for what the backend does wrong. */
    public static CheckResult run(String contract, Check check, Subject subject) {
        long start = System.nanoTime();
        var trial = new Trial(subject);
        Verdict verdict = trial.verdict(check);
        return new CheckResult(
                contract,
                check.name(),
                verdict,
                trial.findings,
                trial.measurements,
                trial.agreements,
                (System.nanoTime() - start) / 1_000_000);
    }

    private Verdict verdict(Check check) {
        boolean refused = false;
        try {
            check.body().run(this);
        } catch (DeclaredRefusalException e) {
            // A refusal excuses nothing that was found before it.
            refused = findings.isEmpty();
            findings.add(String.valueOf(e.getMessage()));
        } catch (Exception | Error e) {
            // Whatever a backend throws is its fault, and no reason to stop trying others.
            remember(e);
            findings.add(describe(e));
        }
        boolean clean = closeAll();
        return refused && clean
                ? Verdict.REFUSED
                : findings.isEmpty() ? Verdict.PASSED : Verdict.FAILED;
    }

    private static void remember(Throwable thrown) {
        if (thrown instanceof InterruptedException) {
            Thread.currentThread().interrupt();
        }
    }

    /** What was thrown and where, since the reader of a report has no debugger. */
    private static String describe(Throwable thrown) {
        StackTraceElement[] trace = thrown.getStackTrace();
        return trace.length == 0 ? thrown.toString() : "%s (at %s)".formatted(thrown, trace[0]);
    }

    private boolean closeAll() {
        int before = findings.size();
        while (!opened.isEmpty()) {
            try {
                opened.pop().close();
            } catch (Exception | Error e) {
                remember(e);
                findings.add("closing at the end: " + describe(e));
            }
        }
        return findings.size() == before;
    }

    /** Returns what is tried. */
    public Subject subject() {
        return subject;
    }

    /**
     * Returns the open backend; closed at the end of the check.
     *
     * @throws BackendUnavailableException if it does not run here
     */
    public Backend backend() {
        if (backend.isEmpty()) {
            if (subject.provider().probe() instanceof Availability.Unavailable(String reason)) {
                throw new BackendUnavailableException(
                        "%s is not available: %s".formatted(subject.provider().id(), reason));
            }
            backend = Optional.of(keep(subject.provider().open()));
        }
        return backend.orElseThrow();
    }

    /** Closes something at the end of the check, before whatever was opened earlier. */
    public <T extends AutoCloseable> T keep(T resource) {
        opened.push(resource);
        return resource;
    }

    /** Closes nothing of what was opened so far: a thread that does not end still uses it. */
    public void leaveOpen() {
        opened.clear();
    }

    /** Returns options with the subject's backend options. */
    public CompileOptions options(int maxContextTokens, int maxTokensPerStep) {
        return new CompileOptions(
                maxContextTokens, maxTokensPerStep, subject.backendOptions(), CompileProgress.NONE);
    }

    /**
     * Compiles a program that the backend must be able to run, unless it has declared that it does
     * not; closed at the end of the check.
     *
     * @throws UnsupportedProgramException if it refuses without having declared it
     */
    public CompiledProgram compile(Program program, WeightSource weights, CompileOptions options) {
        List<Rejection> rejections = backend().unsupported(program);
        Optional<String> declared = subject.refusals().reason(program);
        if (!rejections.isEmpty()) {
            throw declared.<RuntimeException>map(DeclaredRefusalException::new)
                    .orElseGet(
                            () ->
                                    new UnsupportedProgramException(
                                            subject.provider().id(), rejections));
        }
        return keep(backend().compile(program, weights, options));
    }

    /** Opens a session; closed at the end of the check. */
    public DecoderSession session(CompiledProgram program) {
        return keep(program.newSession());
    }

    /** Tells that something is wrong. */
    public void fail(String finding) {
        findings.add(finding);
    }

    /** Tells what is wrong unless {@code promised} holds. */
    public void require(boolean promised, String finding) {
        if (!promised) {
            fail(finding);
        }
    }

    /** Something that must throw. */
    @FunctionalInterface
    public interface Attempt {
        /** Tries it. */
        void run() throws Exception;
    }

    /**
     * Requires that an attempt throws, with a message.
     *
     * @param what what is attempted, for the finding
     */
    public void requireThrows(String what, Class<? extends Exception> expected, Attempt attempt) {
        try {
            attempt.run();
        } catch (Exception e) {
            String message = e.getMessage();
            require(
                    expected.isInstance(e) && message != null && !message.isBlank(),
                    "%s: expected a %s with a message, got %s"
                            .formatted(what, expected.getSimpleName(), describe(e)));
            return;
        }
        fail("%s: expected a %s, got no exception".formatted(what, expected.getSimpleName()));
    }

    /** Notes a figure and tells that something is wrong unless it is at most {@code limit}. */
    public void atMost(String name, double value, double limit) {
        measure(new Measurement(name, value, Bound.AT_MOST, limit));
    }

    /** Notes a figure and tells that something is wrong unless it is at least {@code limit}. */
    public void atLeast(String name, double value, double limit) {
        measure(new Measurement(name, value, Bound.AT_LEAST, limit));
    }

    /** Notes a figure. */
    public void note(String name, double value) {
        measure(new Measurement(name, value, Bound.NONE, Double.NaN));
    }

    private void measure(Measurement measurement) {
        measurements.add(measurement);
        require(measurement.passes(), measurement.toString());
    }

    /** Keeps the agreement of a path with the oracle for the report. */
    public void record(String path, Agreement agreement) {
        agreements.put(path, agreement);
    }
}
