package dev.trilobit.conformance.behavior;

import static dev.trilobit.conformance.behavior.RecordedSession.slice;
import static dev.trilobit.conformance.behavior.RecordedSession.split;

import dev.trilobit.api.backend.DecoderSession;
import dev.trilobit.api.backend.LogitRows;
import dev.trilobit.conformance.contract.Check;
import dev.trilobit.conformance.contract.Contract;
import dev.trilobit.conformance.contract.Trial;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Consumer;

/**
 * What {@link DecoderSession} promises: positions, truncation, forks, greedy decoding, the life of
 * logits, and that sessions do not disturb each other.
 */
public final class SessionContract implements Contract {
    /** Positions of a session; more than a page of 64. */
    static final int CONTEXT = 80;

    /** Tokens of a step, at most; the context is no multiple of it. */
    static final int STEP = 24;

    /** Makes the contract. */
    public SessionContract() {}

    @Override
    public String name() {
        return "session";
    }

    @Override
    public List<Check> checks() {
        var checks = new ArrayList<Check>();
        for (SessionCase example : SessionCase.VARIOUS) {
            add(
                    checks,
                    example,
                    "a fresh session follows the oracle",
                    SessionContract::followOracle);
            add(
                    checks,
                    example,
                    "chunked prefill equals token by token",
                    SessionContract::prefillInChunks);
            add(checks, example, "last is the last row of all", SessionContract::takeLast);
            TruncateChecks.addTo(checks, example);
            ForkChecks.addTo(checks, example);
            add(
                    checks,
                    example,
                    "two sessions taking turns do not disturb each other",
                    SessionContract::takeTurns);
            add(
                    checks,
                    example,
                    "the context fills up exactly and refuses one token more",
                    SessionContract::fillContext);
        }
        GreedyChecks.addTo(checks);
        addPlain(
                checks,
                "the position counts the tokens in the cache",
                SessionContract::countPositions);
        addPlain(
                checks,
                "logits have the promised size and alignment",
                SessionContract::measureLogits);
        addPlain(
                checks,
                "logits stay unchanged until the next call on their session",
                SessionContract::keepLogits);
        addPlain(
                checks,
                "the tokens of a step are read before it returns",
                SessionContract::overwriteTokens);
        addPlain(checks, "a closed session refuses every call", SessionContract::useAfterClose);
        return List.copyOf(checks);
    }

    /** Adds a check on a compiled decoder, named by a sentence and the decoder. */
    static void add(
            List<Check> checks, SessionCase example, String sentence, Consumer<OpenDecoder> body) {
        checks.add(
                new Check(
                        "%s (%s)".formatted(sentence, example.label()),
                        trial -> body.accept(OpenDecoder.of(trial, example, CONTEXT, STEP))));
    }

    /** Adds a check on any decoder, named by a sentence alone. */
    static void addPlain(List<Check> checks, String sentence, Consumer<OpenDecoder> body) {
        checks.add(
                new Check(
                        sentence,
                        trial ->
                                body.accept(
                                        OpenDecoder.of(
                                                trial, SessionCase.plain(trial), CONTEXT, STEP))));
    }

    private static void followOracle(OpenDecoder open) {
        int[] tokens = open.tokens(CONTEXT - 1, 1);
        open.requireOracle("prefill", tokens, open.alone(tokens, STEP));
    }

    private static void prefillInChunks(OpenDecoder open) {
        int[] tokens = open.tokens(CONTEXT - 1, 2);
        List<float[]> single = open.alone(tokens, 1);
        for (int step : new int[] {2, 5, 8, 17, STEP}) {
            open.requireSame("steps of " + step, single, open.alone(tokens, step));
        }
    }

    private static void takeLast(OpenDecoder open) {
        int[] tokens = open.tokens(CONTEXT - 1, 3);
        for (int step : new int[] {1, 2, 7, STEP}) {
            List<float[]> all = open.alone(tokens, step);
            DecoderSession session = open.trial().session(open.program());
            var expected = new ArrayList<float[]>();
            var last = new ArrayList<float[]>();
            for (int from = 0; from < tokens.length; from += step) {
                int to = Math.min(from + step, tokens.length);
                expected.add(all.get(to - 1));
                last.addAll(
                        split(
                                session.forward(slice(tokens, from, to), LogitRows.LAST),
                                open.width()));
            }
            open.requireSame("LAST in steps of " + step, expected, last);
        }
    }

    private static void takeTurns(OpenDecoder open) {
        int[] one = open.tokens(60, 4);
        int[] two = open.tokens(60, 5);
        RecordedSession first = open.session();
        RecordedSession second = open.session();
        for (int from = 0; from < one.length; from += 6) {
            first.forwardInSteps(slice(one, from, from + 6), 3);
            second.forwardInSteps(slice(two, from, from + 6), 2);
        }
        open.requireSame("the first session", open.alone(one, 3), first.rows());
        open.requireSame("the second session", open.alone(two, 2), second.rows());
    }

    private static void fillContext(OpenDecoder open) {
        Trial trial = open.trial();
        int[] tokens = open.tokens(CONTEXT, 6);
        RecordedSession full = open.session().forwardInSteps(tokens, 16);
        trial.require(
                full.session().position() == CONTEXT,
                "a full context: expected position %d, got %d"
                        .formatted(CONTEXT, full.session().position()));
        trial.requireThrows(
                "one token more than the context holds",
                IllegalArgumentException.class,
                () -> full.session().forward(new int[] {tokens[0]}, LogitRows.LAST));
        trial.require(
                full.session().position() == CONTEXT,
                "after the refusal: expected position %d, got %d"
                        .formatted(CONTEXT, full.session().position()));
        full.truncate(CONTEXT - 3);
        trial.requireThrows(
                "four tokens where three fit",
                IllegalArgumentException.class,
                () -> full.session().forward(slice(tokens, 0, 4), LogitRows.ALL));
        full.forward(slice(tokens, CONTEXT - 3, CONTEXT));
        open.requireSameFrom(CONTEXT - 3, "the whole context", open.alone(tokens, 16), full.rows());
    }

    private static void countPositions(OpenDecoder open) {
        DecoderSession session = open.trial().session(open.program());
        requirePosition(open.trial(), session, 0);
        int[] tokens = open.tokens(STEP, 7);
        session.forward(slice(tokens, 0, 1), LogitRows.LAST);
        requirePosition(open.trial(), session, 1);
        session.forward(tokens, LogitRows.ALL);
        requirePosition(open.trial(), session, 1 + STEP);
        session.truncate(9);
        requirePosition(open.trial(), session, 9);
        session.forward(tokens, LogitRows.LAST);
        requirePosition(open.trial(), session, 9 + STEP);
        requirePosition(open.trial(), open.trial().keep(session.fork()), 9 + STEP);
        open.trial()
                .require(
                        session.maxContextTokens() == CONTEXT,
                        "expected a context of %d tokens, got %d"
                                .formatted(CONTEXT, session.maxContextTokens()));
    }

    private static void requirePosition(Trial trial, DecoderSession session, int expected) {
        trial.require(
                session.position() == expected,
                "expected position %d, got %d".formatted(expected, session.position()));
    }

    private static void measureLogits(OpenDecoder open) {
        DecoderSession session = open.trial().session(open.program());
        int[] tokens = open.tokens(STEP, 8);
        for (int count : new int[] {STEP, 1, 5}) {
            requireSegment(open, session.forward(slice(tokens, 0, count), LogitRows.ALL), count);
            requireSegment(open, session.forward(slice(tokens, 0, count), LogitRows.LAST), 1);
        }
    }

    private static void requireSegment(OpenDecoder open, MemorySegment logits, int rows) {
        long bytes = (long) rows * open.width() * Float.BYTES;
        open.trial()
                .require(
                        logits.byteSize() == bytes,
                        "%d rows of %d logits: expected %d bytes, got %d"
                                .formatted(rows, open.width(), bytes, logits.byteSize()));
        open.trial()
                .require(
                        logits.maxByteAlignment() >= Float.BYTES,
                        "logits must be aligned to 4 bytes, got %d"
                                .formatted(logits.maxByteAlignment()));
    }

    private static void keepLogits(OpenDecoder open) {
        int[] tokens = open.tokens(STEP, 9);
        DecoderSession session = open.trial().session(open.program());
        DecoderSession other = open.trial().session(open.program());
        DecoderSession child = open.trial().keep(session.fork());
        MemorySegment logits = session.forward(tokens, LogitRows.ALL);
        float[] before = logits.toArray(ValueLayout.JAVA_FLOAT);
        other.forward(slice(tokens, 3, 20), LogitRows.ALL);
        child.forward(slice(tokens, 1, 9), LogitRows.ALL);
        child.truncate(2);
        child.forward(slice(tokens, 5, 6), LogitRows.LAST);
        other.greedy(tokens[0], 3, _ -> true);
        child.close();
        open.alone(tokens, 4);
        float[] after = logits.toArray(ValueLayout.JAVA_FLOAT);
        open.trial()
                .require(
                        Arrays.equals(before, after),
                        "other sessions' calls changed the logits of this one");
        open.requireSame("logits read late", open.alone(tokens, STEP), split(logits, open.width()));
    }

    private static void overwriteTokens(OpenDecoder open) {
        int[] tokens = open.tokens(20, 10);
        int[] mine = slice(tokens, 0, 12);
        RecordedSession session = open.session().forward(mine);
        open.trial()
                .require(
                        Arrays.equals(mine, slice(tokens, 0, 12)),
                        "a step changed the caller's tokens");
        Arrays.fill(mine, tokens[0] == 1 ? 2 : 1);
        session.forward(slice(tokens, 12, 20));
        open.requireSameFrom(
                12, "after the tokens changed", open.alone(tokens, 12), session.rows());
    }

    private static void useAfterClose(OpenDecoder open) {
        Trial trial = open.trial();
        DecoderSession session = trial.session(open.program());
        int[] token = {1};
        session.forward(token, LogitRows.LAST);
        session.close();
        session.close();
        Class<IllegalStateException> closed = IllegalStateException.class;
        trial.requireThrows(
                "forward after close", closed, () -> session.forward(token, LogitRows.ALL));
        trial.requireThrows("truncate after close", closed, () -> session.truncate(0));
        trial.requireThrows("fork after close", closed, () -> session.fork().close());
        trial.requireThrows("greedy after close", closed, () -> session.greedy(1, 3, _ -> true));
        session.close();
        int[] tokens = open.tokens(9, 11);
        open.requireSame("a session afterwards", open.alone(tokens, 3), open.alone(tokens, 9));
    }
}
