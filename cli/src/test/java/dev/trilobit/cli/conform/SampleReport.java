package dev.trilobit.cli.conform;

import dev.trilobit.api.backend.DeviceInfo;
import dev.trilobit.conformance.contract.Budget;
import dev.trilobit.conformance.contract.CheckResult;
import dev.trilobit.conformance.contract.LogitBudget;
import dev.trilobit.conformance.contract.Measurement;
import dev.trilobit.conformance.contract.Measurement.Bound;
import dev.trilobit.conformance.contract.Subject;
import dev.trilobit.conformance.contract.Verdict;
import dev.trilobit.conformance.metric.Agreement;
import dev.trilobit.conformance.metric.Perplexity;
import dev.trilobit.conformance.metric.PositionAgreement;
import dev.trilobit.conformance.metric.PositionAgreement.Choice;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;

/** A report with everything in it that a page must be able to show. */
final class SampleReport {
    static final int CHUNKS = 6;
    static final int CHUNK_TOKENS = 32;

    /** Ends a script element and starts a comment in one that is not guarded against it. */
    static final String HOSTILE = "</script><!-- <b>\"&amp;\u2028 @@json@@ $1 \\";

    private static final double PREFILL_LIMIT = 5e-4;
    private static final double DECODE_LIMIT = 2e-3;

    private SampleReport() {}

    static ConformReport report() {
        var host =
                new HostFacts(
                        "1.2.3", "25.0.1+8", "A VM, a vendor", "Linux 6.1", "amd64", 4, 1L << 32);
        var model =
                new ModelFacts(
                        "embedded:bitnet",
                        "bitnet",
                        14_155_776,
                        true,
                        false,
                        "held-out stories",
                        CHUNKS,
                        (long) CHUNKS * CHUNK_TOKENS);
        return new ConformReport(
                host,
                "trilobit conform --out report",
                Instant.parse("2026-01-02T03:04:05Z"),
                Duration.ofMillis(61_234),
                List.of(model),
                List.of(
                        new BackendRun.NotAvailable("absent", false, "it needs " + HOSTILE),
                        tried()));
    }

    private static BackendRun.Tried tried() {
        var outcomes = new ArrayList<Outcome>();
        outcomes.add(
                outcome(
                        "provider",
                        "probe names the device",
                        Verdict.PASSED,
                        List.of(),
                        List.of()));
        outcomes.addAll(ops());
        outcomes.add(
                outcome(
                        "op",
                        "linear, scales a row and group",
                        Verdict.REFUSED,
                        List.of("no kernel for scales by row and group"),
                        List.of()));
        outcomes.add(
                outcome(
                        "session",
                        "truncate then forward equals a fresh session",
                        Verdict.FAILED,
                        List.of("position 7: expected 1.5, got NaN " + HOSTILE, "and so on"),
                        List.of()));
        outcomes.add(new Outcome("", models("random qwen3", 2, 1e-13, Verdict.PASSED)));
        outcomes.add(
                new Outcome(
                        "embedded:bitnet",
                        models("embedded:bitnet", CHUNKS, 1e-4, Verdict.FAILED)));
        return new BackendRun.Tried(
                Subject.of(new Providers.Broken())
                        .withBudget(budget())
                        .withBackendOptions(Map.of("threads", "2")),
                new DeviceInfo("a device of the test", Map.of("vector-bits", "512")),
                outcomes);
    }

    /** Decoding may cost more than prefill. */
    private static Budget budget() {
        return new Budget(
                "a device of the test",
                Budget.F32_ROUNDOFF,
                1e-10,
                new LogitBudget(PREFILL_LIMIT, DECODE_LIMIT, 0.999, 0.995, 1e-4),
                new LogitBudget(PREFILL_LIMIT, DECODE_LIMIT, 0.97, 0.9, 0.25));
    }

    private static Outcome outcome(
            String contract,
            String check,
            Verdict verdict,
            List<String> findings,
            List<Measurement> measurements) {
        return new Outcome(
                "",
                new CheckResult(contract, check, verdict, findings, measurements, Map.of(), 12));
    }

    private static List<Outcome> ops() {
        double[] errors = {0, 3e-16, 2e-14, 4e-15, 1e-11, 2e-10, Double.NaN, 0};
        var outcomes = new ArrayList<Outcome>();
        for (int i = 0; i < errors.length; i++) {
            var nmse = new Measurement("nmse", errors[i], Bound.AT_MOST, 1e-10);
            outcomes.add(
                    outcome(
                            "op",
                            "%s, case %d".formatted(i % 3 == 0 ? "rms-norm" : "linear", i),
                            nmse.passes() ? Verdict.PASSED : Verdict.FAILED,
                            nmse.passes() ? List.of() : List.of(nmse.toString()),
                            List.of(nmse, new Measurement("width", 128, Bound.NONE, Double.NaN))));
        }
        return outcomes;
    }

    private static CheckResult models(String name, int chunks, double size, Verdict verdict) {
        var top1 = new Measurement("prefill: top-1 share", 0.96, Bound.AT_LEAST, 0.97);
        var gates = new ArrayList<Measurement>();
        for (String path : List.of("prefill", "decode")) {
            double limit = path.equals("prefill") ? PREFILL_LIMIT : DECODE_LIMIT;
            String kl = path + ": KL(oracle || backend), mean nats";
            String worst = path + ": top-1 share of the worst sequence";
            gates.add(new Measurement(kl, size, Bound.AT_MOST, limit));
            gates.add(new Measurement(worst, 0.95, Bound.AT_LEAST, 0.9));
        }
        boolean failed = verdict == Verdict.FAILED;
        if (failed) {
            gates.add(top1);
        }
        return new CheckResult(
                "model",
                name,
                verdict,
                failed ? List.of(top1.toString()) : List.of(),
                gates,
                Map.of(
                        "decode", agreement(chunks, size, false),
                        "prefill", agreement(chunks, size, failed)),
                34_567);
    }

    /**
     * Positions whose divergence is spread round a size; with faults: zeros, NaN and a negative.
     */
    private static Agreement agreement(int chunks, double size, boolean faults) {
        var random = new Random(5);
        var positions = new ArrayList<PositionAgreement>();
        for (int chunk = 0; chunk < chunks; chunk++) {
            for (int position = 0; position < CHUNK_TOKENS; position++) {
                double forward =
                        faults && position == 3
                                ? (chunk == 0 ? -1e-17 : 0)
                                : size * Math.exp(random.nextGaussian());
                boolean broken = faults && chunk == 2 && position == 9;
                Choice choice =
                        broken
                                ? Choice.NOT_FINITE
                                : position % 17 == 5
                                        ? Choice.TIED
                                        : faults && position == 11 ? Choice.DIFFERENT : Choice.SAME;
                positions.add(
                        new PositionAgreement(
                                chunk,
                                position,
                                broken ? Double.NaN : forward,
                                broken ? Double.NaN : forward * 1.01,
                                broken ? Double.NaN : choice == Choice.SAME ? 0 : 0.03,
                                choice));
            }
        }
        Perplexity loss = Perplexity.NONE.with(1.5).with(1.7).with(1.2);
        return new Agreement(positions, loss, faults ? loss.with(Double.NaN) : loss);
    }
}
