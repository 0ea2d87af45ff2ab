package dev.trilobit.cli.bench;

import dev.trilobit.api.backend.TokenTraffic;
import dev.trilobit.cli.bench.measure.Provenance;
import dev.trilobit.cli.bench.measure.Samples;
import dev.trilobit.cli.io.PeakMemory;
import dev.trilobit.model.arch.ModelSummary;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/** A report with round figures: weights of 1000 bytes, a cache of 10 bytes a position. */
final class SampleRuns {
    static final TokenTest PROMPT = new TokenTest(TokenTest.Kind.PROMPT, 8, 0);
    static final TokenTest GENERATE = new TokenTest(TokenTest.Kind.GENERATE, 5, 0);
    static final TokenTest DEEP = new TokenTest(TokenTest.Kind.GENERATE, 5, 100);
    static final TokenTest ONE = new TokenTest(TokenTest.Kind.STEP, 1, 0);
    static final TokenTest FOUR = new TokenTest(TokenTest.Kind.STEP, 4, 0);

    private SampleRuns() {}

    static TestResult result(TokenTest test, double... seconds) {
        return new TestResult(test, Arrays.stream(seconds).mapToObj(s -> new Lap(s, 50)).toList());
    }

    static ThreadRun run() {
        return new ThreadRun(
                "2",
                new ThreadRun.Compiled(
                        0.25,
                        900,
                        new TokenTraffic(1000, 10, "f16"),
                        true,
                        4,
                        128,
                        new PeakMemory(5_000_000, true)),
                new Samples(List.of(3000.0, 4000.0, 5000.0)),
                new LogitCheck(5, List.of(), 0),
                List.of(
                        result(PROMPT, 2, 1, 4),
                        result(GENERATE, 2.5, 2, 5),
                        result(DEEP, 5, 5, 5),
                        result(ONE, 16, 8, 32),
                        result(FOUR, 20, 24, 16)));
    }

    static Provenance provenance() {
        return new Provenance(
                Instant.parse("2026-11-22T03:04:05Z"),
                "trilobit bench",
                new Provenance.Build("0.1", ""),
                new Provenance.Machine("a processor", 2, "a system", "25"));
    }

    static BenchReport report() {
        var summary = new ModelSummary("bitnet", 2_000_000, 1100, 1000, List.of());
        var machine = new BenchSubject.Machine("cpu-vector", "a device");
        var subject =
                new BenchSubject(
                        "models/a.gguf",
                        summary,
                        Map.of("int8-per-token", 4, "float", 1),
                        new TokenWork(3000, 1000, 20),
                        machine);
        return new BenchReport(provenance(), subject, List.of(run()));
    }
}
