package dev.trilobit.conformance.behavior;

import static dev.trilobit.conformance.behavior.RecordedSession.slice;

import dev.trilobit.api.backend.Backend;
import dev.trilobit.api.backend.CompiledProgram;
import dev.trilobit.api.backend.DecoderSession;
import dev.trilobit.api.backend.LogitRows;
import dev.trilobit.conformance.contract.Check;
import dev.trilobit.conformance.contract.Contract;
import dev.trilobit.conformance.contract.Trial;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicInteger;

/** A backend is safe for threads, a program for as many sessions, a session for one at a time. */
public final class ConcurrencyContract implements Contract {
    private static final int CONTEXT = 72;
    private static final int STEP = 16;
    private static final int THREADS = 8;
    private static final int LENGTH = 64;
    private static final int ROUNDS = 3;

    /** Makes the contract. */
    public ConcurrencyContract() {}

    @Override
    public String name() {
        return "concurrency";
    }

    @Override
    public List<Check> checks() {
        var checks = new ArrayList<Check>();
        for (SessionCase example : SessionCase.VARIOUS) {
            checks.add(
                    new Check(
                            "eight sessions at once decode as each alone (%s)"
                                    .formatted(example.label()),
                            trial ->
                                    decodeTogether(OpenDecoder.of(trial, example, CONTEXT, STEP))));
        }
        checks.add(
                new Check(
                        "sessions opened, forked and closed do not disturb those that decode",
                        trial ->
                                churn(
                                        OpenDecoder.of(
                                                trial, SessionCase.plain(trial), CONTEXT, STEP))));
        checks.add(
                new Check(
                        "a session may move from thread to thread",
                        trial ->
                                move(
                                        OpenDecoder.of(
                                                trial, SessionCase.plain(trial), CONTEXT, STEP))));
        checks.add(
                new Check(
                        "programs compiled at once are as each alone",
                        ConcurrencyContract::compileTogether));
        checks.add(
                new Check(
                        "a backend opened twice works twice and closes apart",
                        ConcurrencyContract::openTwice));
        return List.copyOf(checks);
    }

    /** Tokens in a step differ from thread to thread. */
    private static int step(int thread) {
        return 1 + thread * 2;
    }

    private static void decodeTogether(OpenDecoder open) throws Exception {
        var tokens = new ArrayList<int[]>();
        var alone = new ArrayList<List<float[]>>();
        for (int t = 0; t < THREADS; t++) {
            tokens.add(open.tokens(LENGTH, 90 + t));
            alone.add(open.alone(tokens.get(t), step(t)));
        }
        for (int round = 0; round < ROUNDS; round++) {
            requireAll(open, "round " + round, alone, decoding(open, tokens));
        }
    }

    private static List<Callable<List<float[]>>> decoding(OpenDecoder open, List<int[]> tokens) {
        var work = new ArrayList<Callable<List<float[]>>>();
        for (int t = 0; t < tokens.size(); t++) {
            int thread = t;
            work.add(() -> open.alone(tokens.get(thread), step(thread)));
        }
        return work;
    }

    private static void requireAll(
            OpenDecoder open,
            String when,
            List<List<float[]>> alone,
            List<Callable<List<float[]>>> work)
            throws Exception {
        List<List<float[]>> together = Threads.together(open.trial(), work);
        for (int t = 0; t < alone.size(); t++) {
            open.requireSame("%s, thread %d".formatted(when, t), alone.get(t), together.get(t));
        }
    }

    private static void churn(OpenDecoder open) throws Exception {
        int decoders = 4;
        var tokens = new ArrayList<int[]>();
        var alone = new ArrayList<List<float[]>>();
        for (int t = 0; t < decoders; t++) {
            tokens.add(open.tokens(LENGTH, 110 + t));
            alone.add(open.alone(tokens.get(t), step(t)));
        }
        int[] prefix = open.tokens(20, 120);
        int[] rest = open.tokens(10, 121);
        List<float[]> forked =
                open.session().forwardInSteps(prefix, 10).forwardInSteps(rest, 5).rows();
        var decoding = new AtomicInteger(decoders);
        var work = new ArrayList<Callable<List<float[]>>>();
        for (Callable<List<float[]>> one : decoding(open, tokens)) {
            work.add(
                    () -> {
                        try {
                            return one.call();
                        } finally {
                            decoding.decrementAndGet();
                        }
                    });
        }
        for (int t = 0; t < 2; t++) {
            work.add(() -> openAndFork(open, prefix, rest, decoding));
            alone.add(forked);
        }
        requireAll(open, "among sessions that come and go", alone, work);
    }

    /** Forks until nobody decodes any more, and returns what the last fork decoded. */
    private static List<float[]> openAndFork(
            OpenDecoder open, int[] prefix, int[] rest, AtomicInteger decoding) {
        List<float[]> rows;
        do {
            RecordedSession child = forkOfClosed(open, prefix);
            try {
                rows = child.forwardInSteps(rest, 5).rows();
            } finally {
                child.session().close();
            }
        } while (decoding.get() > 0);
        return rows;
    }

    private static RecordedSession forkOfClosed(OpenDecoder open, int[] prefix) {
        try (DecoderSession session = open.program().newSession()) {
            var parent = new RecordedSession(session, open.width()).forwardInSteps(prefix, 10);
            return parent.recordFork(session.fork());
        }
    }

    private static void move(OpenDecoder open) throws Exception {
        int[] tokens = open.tokens(LENGTH, 130);
        RecordedSession session =
                Threads.elsewhere(
                        open.trial(),
                        () -> new RecordedSession(open.program().newSession(), open.width()));
        for (int from = 0; from < LENGTH; from += STEP) {
            int[] some = slice(tokens, from, from + STEP);
            Threads.elsewhere(open.trial(), () -> session.forward(some));
        }
        open.requireSame("each step on another thread", open.alone(tokens, STEP), session.rows());
        session.session().close();
        OpenDecoder second =
                OpenDecoder.of(open.trial(), SessionCase.plain(open.trial()), CONTEXT, STEP);
        boolean closed =
                Threads.elsewhere(
                        open.trial(),
                        () -> {
                            second.program().close();
                            return true;
                        });
        open.trial().require(closed, "a program was not closed by another thread");
    }

    private static void compileTogether(Trial trial) throws Exception {
        SessionCase one = SessionCase.plain(trial);
        SessionCase two = SessionCase.other(trial);
        OpenDecoder first = OpenDecoder.of(trial, one, CONTEXT, STEP);
        OpenDecoder second = OpenDecoder.of(trial, two, CONTEXT, STEP);
        List<OpenDecoder> opened = List.of(first, second, first, second);
        Backend backend = trial.backend();
        for (int round = 0; round < ROUNDS; round++) {
            var work = new ArrayList<Callable<List<float[]>>>();
            for (OpenDecoder open : opened) {
                work.add(() -> compileAndRun(trial, backend, open));
            }
            List<List<float[]>> together = Threads.together(trial, work);
            for (int i = 0; i < opened.size(); i++) {
                OpenDecoder open = opened.get(i);
                open.requireSame(
                        "round %d, program %d".formatted(round, i),
                        open.alone(open.tokens(30, 140), 6),
                        together.get(i));
            }
        }
    }

    private static List<float[]> compileAndRun(Trial trial, Backend backend, OpenDecoder open) {
        try (CompiledProgram program =
                        backend.compile(
                                open.decoder().program(),
                                open.decoder().weights(),
                                trial.options(CONTEXT, STEP));
                DecoderSession session = program.newSession()) {
            return new RecordedSession(session, open.width())
                    .forwardInSteps(open.tokens(30, 140), 6)
                    .rows();
        }
    }

    private static void openTwice(Trial trial) throws Exception {
        OpenDecoder open = OpenDecoder.of(trial, SessionCase.plain(trial), CONTEXT, STEP);
        List<float[]> expected = open.alone(open.tokens(30, 140), 6);
        Backend second = trial.keep(trial.subject().provider().open());
        Backend third = trial.keep(trial.subject().provider().open());
        List<List<float[]>> both =
                Threads.together(
                        trial,
                        List.of(
                                () -> compileAndRun(trial, second, open),
                                () -> compileAndRun(trial, third, open)));
        open.requireSame("the second backend", expected, both.get(0));
        open.requireSame("the third backend", expected, both.get(1));
        DecoderSession session = trial.session(open.program());
        session.forward(open.tokens(3, 141), LogitRows.LAST);
        second.close();
        open.requireSame("the first, one closed", expected, open.alone(open.tokens(30, 140), 6));
        open.requireSame("the third, one closed", expected, compileAndRun(trial, third, open));
    }
}
