package dev.trilobit.cli.bench;

import dev.trilobit.api.backend.CompiledProgram;
import dev.trilobit.api.backend.DecoderSession;
import dev.trilobit.cli.bench.measure.ReadLoop;
import dev.trilobit.cli.bench.measure.Samples;
import dev.trilobit.cli.io.PeakMemory;
import dev.trilobit.cli.io.ProgressBar;
import dev.trilobit.model.CompiledDecoder;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;

/**
 * Times the tests of a plan on a compiled model. The tests of a depth take turns, repetition by
 * repetition: what disturbs the machine for a while disturbs all of them alike.
 */
final class BenchRunner {
    /** Any: random weights make nonsense of all texts, and the time does not depend on ids. */
    private static final long SEED = 1;

    private final BenchPlan plan;
    private final BenchEffort effort;
    private final ProgressBar progress;
    private final Map<TokenTest, List<Lap>> laps = new LinkedHashMap<>();
    private final List<TestEnding> endings = new ArrayList<>();

    /**
     * Prepares one run.
     *
     * @param progress hears how far it is
     */
    BenchRunner(BenchPlan plan, BenchEffort effort, ProgressBar progress) {
        this.plan = plan;
        this.effort = effort;
        this.progress = progress;
    }

    /**
     * Runs everything; the read loop allocates its memory after the peak has been looked at.
     *
     * @param threads of the backend, or 0 if it chose
     * @param compileSeconds told in the result
     * @param before readings of the loop from before the weights were there; may be empty
     */
    ThreadRun run(
            CompiledDecoder decoder, int threads, double compileSeconds, List<Double> before) {
        CompiledProgram program = decoder.program();
        int[] tokens =
                new SplittableRandom(SEED)
                        .ints(plan.contextTokens(), 0, program.program().vocabulary())
                        .toArray();
        time(decoder, tokens);
        var compiled =
                new ThreadRun.Compiled(
                        compileSeconds,
                        program.weightBytes(),
                        program.traffic(),
                        program.exactVerify(),
                        plan.batch(),
                        decoder.contextTokens(),
                        PeakMemory.now(program.weightBytes()));
        LogitCheck check =
                effort.check()
                        ? LogitCheck.run(program, tokens, plan.checkedStep(), endings)
                        : LogitCheck.NONE;
        var read = new ArrayList<Double>(before);
        read.addAll(read(threads, effort.readings()));
        List<TestResult> results =
                laps.entrySet().stream()
                        .map(entry -> new TestResult(entry.getKey(), entry.getValue()))
                        .toList();
        return new ThreadRun(
                threads == 0 ? "auto" : String.valueOf(threads),
                compiled,
                new Samples(read),
                check,
                results);
    }

    /** Reads with as many threads as the backend has. */
    static List<Double> read(int threads, int readings) {
        return ReadLoop.bytesPerSecond(ReadLoop.readers(threads), readings).values();
    }

    private void time(CompiledDecoder decoder, int[] tokens) {
        int width = decoder.program().program().logits().width();
        try (DecoderSession session = decoder.program().newSession()) {
            var timed = new TimedSession(session, tokens, decoder.stepTokens(), plan.batch());
            warmUp(timed);
            int total = plan.depths().size() * effort.repetitions();
            int done = 0;
            for (int depth : plan.depths()) {
                List<TokenTest> tests = plan.tests(depth);
                tests.forEach(timed::run);
                for (int n = 1; n <= effort.repetitions(); n++) {
                    for (TokenTest test : tests) {
                        laps.computeIfAbsent(test, _ -> new ArrayList<>()).add(timed.run(test));
                        if (n == effort.repetitions()) {
                            endings.add(timed.ending(test, width));
                        }
                    }
                    progress.report(++done, total);
                }
            }
        }
    }

    /** The first tests find code that is not compiled yet. */
    private void warmUp(TimedSession timed) {
        List<TokenTest> tests = plan.tests(plan.depths().getFirst());
        double seconds = 0;
        while (seconds < effort.warmUpSeconds()) {
            for (TokenTest test : tests) {
                seconds += timed.run(test).seconds();
            }
        }
    }
}
