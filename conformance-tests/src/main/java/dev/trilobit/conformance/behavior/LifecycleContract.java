package dev.trilobit.conformance.behavior;

import dev.trilobit.api.backend.Backend;
import dev.trilobit.api.backend.CompileOptions;
import dev.trilobit.api.backend.CompiledProgram;
import dev.trilobit.api.backend.DecoderSession;
import dev.trilobit.api.backend.LogitRows;
import dev.trilobit.api.program.RopeScaling;
import dev.trilobit.api.quant.Affine;
import dev.trilobit.api.quant.FloatType;
import dev.trilobit.api.quant.MatrixShape;
import dev.trilobit.api.quant.Weight;
import dev.trilobit.api.quant.WeightFormat;
import dev.trilobit.conformance.contract.Check;
import dev.trilobit.conformance.contract.Contract;
import dev.trilobit.conformance.contract.Trial;
import dev.trilobit.conformance.fixture.DecoderKind;
import dev.trilobit.conformance.fixture.DecoderShape;
import dev.trilobit.conformance.fixture.Formats;
import dev.trilobit.conformance.fixture.RandomDecoder;
import java.util.ArrayList;
import java.util.List;

/** Who opens, closes; closing twice is nothing, closing out of order is refused, nothing leaks. */
public final class LifecycleContract implements Contract {
    private static final int CONTEXT = 64;
    private static final int STEP = 16;

    /** A format of one byte an element. */
    private static final WeightFormat BYTES = new Affine(8, 64, FloatType.F16);

    /** What each round would leave, if it left its weights or its cache. */
    private static final double MEGABYTES_A_ROUND = 2;

    private static final int ATTEMPTS = 3;

    /** Makes the contract. */
    public LifecycleContract() {}

    @Override
    public String name() {
        return "lifecycle";
    }

    @Override
    public List<Check> checks() {
        var checks = new ArrayList<Check>();
        for (SessionCase example : SessionCase.VARIOUS) {
            checks.add(
                    new Check(
                            "weights and the bytes round them are left as they were (%s)"
                                    .formatted(example.label()),
                            trial -> leaveWeightsAlone(trial, example)));
        }
        checks.addAll(others());
        return List.copyOf(checks);
    }

    private static List<Check> others() {
        return List.of(
                new Check("everything can be closed twice", LifecycleContract::closeTwice),
                new Check(
                        "a program with open sessions refuses to close and still works",
                        LifecycleContract::closeTooEarly),
                new Check("a closed program opens no session", LifecycleContract::openTooLate),
                new Check(
                        "a compiled program tells what it was made of",
                        LifecycleContract::describe),
                new Check(
                        "progress is told by the compiling thread and never goes back",
                        LifecycleContract::hearProgress),
                new Check(
                        "a program works while the backend compiles and closes others",
                        LifecycleContract::closeAnother),
                new Check(
                        "opening and closing many programs leaks nothing",
                        LifecycleContract::openMany),
                new Check(
                        "opening and closing many sessions leaks nothing",
                        LifecycleContract::openManySessions),
                new Check(
                        "opening and closing many backends leaks nothing",
                        LifecycleContract::openManyBackends),
                new Check("compilations that fail leak nothing", LifecycleContract::failMany));
    }

    private static OpenDecoder open(Trial trial) {
        return OpenDecoder.of(trial, SessionCase.plain(trial), CONTEXT, STEP);
    }

    private static void closeTwice(Trial trial) {
        OpenDecoder open = open(trial);
        DecoderSession session = trial.session(open.program());
        session.forward(new int[] {1, 2, 3}, LogitRows.LAST);
        session.close();
        session.close();
        open.program().close();
        open.program().close();
        trial.backend().close();
        trial.backend().close();
        try (Backend again = trial.subject().provider().open()) {
            trial.require(!again.device().name().isBlank(), "opened again, it has no name");
        }
    }

    private static void closeTooEarly(Trial trial) {
        OpenDecoder open = open(trial);
        int[] tokens = open.tokens(20, 73);
        List<float[]> expected = open.alone(tokens, 5);
        RecordedSession session = open.session().forwardInSteps(tokens, 5);
        RecordedSession other = open.session();
        requireOpen(trial, open.program(), "with two sessions open");
        other.session().close();
        other.session().close();
        requireOpen(trial, open.program(), "with one session open, the other closed twice");
        RecordedSession fork = open.fork(session);
        session.session().close();
        requireOpen(trial, open.program(), "with a fork open");
        RecordedSession fresh = open.session().forwardInSteps(tokens, 5);
        open.requireSame("a session opened after the refusals", expected, fresh.rows());
        fresh.truncate(10);
        fork.truncate(10).forwardInSteps(RecordedSession.slice(tokens, 10, 20), 5);
        open.requireSameFrom(10, "the fork after the refusals", expected, fork.rows());
        fresh.session().close();
        fork.session().close();
        open.program().close();
    }

    private static void requireOpen(Trial trial, CompiledProgram program, String when) {
        trial.requireThrows(
                "closing a program " + when, IllegalStateException.class, program::close);
    }

    private static void openTooLate(Trial trial) {
        OpenDecoder open = open(trial);
        trial.session(open.program()).close();
        open.program().close();
        trial.requireThrows(
                "a session of a closed program",
                IllegalStateException.class,
                () -> open.program().newSession().close());
        open.program().close();
        OpenDecoder.of(trial, open.decoder(), CONTEXT, STEP).alone(open.tokens(5, 74), 5);
    }

    private static void describe(Trial trial) {
        OpenDecoder open = open(trial);
        trial.require(
                open.program().program().equals(open.decoder().program()),
                "the compiled program is another than the one given");
        long bytes = open.program().weightBytes();
        trial.require(bytes >= 0, "weights of %d bytes".formatted(bytes));
        trial.note("weights, bytes", (double) bytes);
        boolean exact = open.program().exactVerify();
        open.alone(open.tokens(20, 75), 7);
        trial.require(
                open.program().exactVerify() == exact && open.program().weightBytes() == bytes,
                "what the program says of itself changed when it ran");
    }

    private static void hearProgress(Trial trial) {
        RandomDecoder decoder = trial.keep(SessionCase.plain(trial).make());
        long compiling = Thread.currentThread().threadId();
        var heard = new ArrayList<long[]>();
        var strangers = new ArrayList<Thread>();
        CompileOptions plain = trial.options(CONTEXT, STEP);
        var options =
                new CompileOptions(
                        plain.maxContextTokens(),
                        plain.maxTokensPerStep(),
                        plain.backendOptions(),
                        (done, total) -> {
                            synchronized (heard) {
                                heard.add(new long[] {done, total});
                                if (Thread.currentThread().threadId() != compiling) {
                                    strangers.add(Thread.currentThread());
                                }
                            }
                        });
        OpenDecoder.of(trial, decoder, decoder.weights(), options);
        trial.note("reports of progress", heard.size());
        trial.require(strangers.isEmpty(), "progress was told by " + strangers);
        long before = 0;
        for (long[] report : heard) {
            trial.require(
                    report[0] >= before
                            && report[0] <= report[1]
                            && report[1] == heard.getFirst()[1],
                    "progress went from %d to %d of %d, at first of %d"
                            .formatted(before, report[0], report[1], heard.getFirst()[1]));
            before = report[0];
        }
    }

    private static void closeAnother(Trial trial) {
        OpenDecoder first = open(trial);
        int[] tokens = first.tokens(30, 76);
        List<float[]> expected = first.alone(tokens, 6);
        RecordedSession session =
                first.session().forwardInSteps(RecordedSession.slice(tokens, 0, 12), 6);
        OpenDecoder second = OpenDecoder.of(trial, SessionCase.other(trial), CONTEXT, STEP);
        second.alone(second.tokens(20, 77), 8);
        second.program().close();
        session.forwardInSteps(RecordedSession.slice(tokens, 12, 30), 6);
        first.requireSameFrom(12, "beside a program that was closed", expected, session.rows());
    }

    private static void leaveWeightsAlone(Trial trial, SessionCase example) {
        OpenDecoder open = OpenDecoder.of(trial, example, CONTEXT, STEP);
        open.alone(open.tokens(40, 78), 7);
        open.session().forwardInSteps(open.tokens(10, 79), 1);
        List<String> running = open.decoder().weights().damage();
        trial.require(running.isEmpty(), "changed weights " + running);
    }

    /**
     * A decoder of two megabytes of weights as stored or more: of eight bits, or where those are
     * refused of fewer bits and more elements.
     */
    private static SessionCase heavy(Trial trial) {
        var candidates = new ArrayList<SessionCase>();
        candidates.add(heavy(DecoderKind.QWEN3, BYTES));
        for (DecoderKind kind : DecoderKind.values()) {
            for (WeightFormat format : Formats.all()) {
                candidates.add(heavy(kind, format));
            }
        }
        return SessionCase.firstThatRuns(trial, candidates);
    }

    private static SessionCase heavy(DecoderKind kind, WeightFormat format) {
        var sample = new MatrixShape(1024, 256);
        long elements = (long) sample.rows() * sample.cols();
        int longer = (int) Math.max(1, Math.ceilDiv(elements, format.byteSize(sample)));
        var shape = new DecoderShape(64, 256, 2, 4, 2, 64, 1024 * longer);
        return new SessionCase(kind, shape, format, new RopeScaling.None(), 71);
    }

    /** A decoder of small weights with two megabytes of keys and values in 256 positions. */
    private static SessionCase wideCache(Trial trial) {
        var shape = new DecoderShape(32, 64, 2, 8, 8, 64, 64);
        var candidates = new ArrayList<SessionCase>();
        candidates.add(
                new SessionCase(DecoderKind.QWEN3, shape, BYTES, new RopeScaling.None(), 72));
        candidates.addAll(SessionCase.all(shape));
        return SessionCase.firstThatRuns(trial, candidates);
    }

    private static void openMany(Trial trial) {
        RandomDecoder decoder = trial.keep(heavy(trial).make());
        int[] tokens = decoder.tokens(4, 80);
        requireNoLeak(
                trial,
                160,
                () -> {
                    try (CompiledProgram program =
                                    trial.backend()
                                            .compile(
                                                    decoder.program(),
                                                    decoder.weights(),
                                                    trial.options(CONTEXT, 4));
                            DecoderSession session = program.newSession()) {
                        session.forward(tokens, LogitRows.LAST);
                    }
                });
        trial.require(
                decoder.weights().damage().isEmpty(),
                "changed weights " + decoder.weights().damage());
    }

    private static void openManyBackends(Trial trial) {
        requireNoLeak(
                trial,
                50,
                () -> {
                    try (Backend backend = trial.subject().provider().open()) {
                        trial.require(
                                !backend.device().name().isBlank(), "opened again, it has no name");
                    }
                });
    }

    private static void openManySessions(Trial trial) {
        OpenDecoder open = OpenDecoder.of(trial, wideCache(trial), 256, 256);
        int[] tokens = open.tokens(256, 81);
        requireNoLeak(
                trial,
                80,
                () -> {
                    try (DecoderSession session = open.program().newSession()) {
                        session.forward(tokens, LogitRows.LAST);
                        session.fork().close();
                    }
                });
    }

    private static void failMany(Trial trial) {
        RandomDecoder decoder = trial.keep(heavy(trial).make());
        // The last weight of the last layer: what failed was almost done.
        Weight last = decoder.weights().weight("1.down");
        var spoiled = new SpoiledWeights(decoder.weights()).with(SpoiledWeights.withNan(last));
        OpenDecoder.of(trial, decoder, CONTEXT, 4);
        requireNoLeak(
                trial,
                160,
                () -> {
                    try {
                        trial.backend()
                                .compile(decoder.program(), spoiled, trial.options(CONTEXT, 4))
                                .close();
                        throw new AssertionError("a scale that is NaN was compiled");
                    } catch (IllegalArgumentException e) {
                        // As promised; what is looked for is what stays behind.
                    }
                });
    }

    /**
     * Repeats something and requires that memory grows by less than a quarter of what it would
     * leave behind. Before it counts, everything is loaded and every allocator has its reserve.
     */
    private static void requireNoLeak(Trial trial, int rounds, Runnable round) {
        trial.backend();
        for (int i = 0; i < rounds / 4; i++) {
            round.run();
        }
        double limit = rounds * MEGABYTES_A_ROUND / 4;
        // A leak grows each time; a heap that spreads or an allocator's reserve does once.
        for (int attempt = 1; attempt <= ATTEMPTS; attempt++) {
            LeakWatch watch = LeakWatch.begin();
            for (int i = 0; i < rounds; i++) {
                round.run();
            }
            if (attempt == ATTEMPTS || watch.isCertain(limit)) {
                watch.requireNothingLeft(trial, limit);
                return;
            }
        }
    }
}
