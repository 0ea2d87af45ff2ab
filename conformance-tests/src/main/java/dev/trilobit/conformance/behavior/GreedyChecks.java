package dev.trilobit.conformance.behavior;

import dev.trilobit.api.backend.BackendException;
import dev.trilobit.api.backend.DecoderSession;
import dev.trilobit.api.backend.LogitRows;
import dev.trilobit.api.quant.Weight;
import dev.trilobit.api.quant.WeightSource;
import dev.trilobit.conformance.contract.Check;
import dev.trilobit.conformance.contract.Trial;
import dev.trilobit.conformance.fixture.RandomDecoder;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;

/** What {@link DecoderSession#greedy} promises, whether it is the default or a faster one. */
final class GreedyChecks {
    private GreedyChecks() {}

    static void addTo(List<Check> checks) {
        SessionContract.addPlain(
                checks,
                "greedy decoding is a loop of forward and the largest logit",
                GreedyChecks::loop);
        SessionContract.addPlain(
                checks, "the sink stops greedy decoding after any token", GreedyChecks::stop);
        SessionContract.addPlain(
                checks, "greedy decoding of no tokens does nothing", GreedyChecks::decodeNothing);
        SessionContract.addPlain(
                checks,
                "greedy decoding past the context keeps what was handed out",
                GreedyChecks::decodePastTheContext);
        SessionContract.addPlain(
                checks,
                "greedy decoding refuses a token outside the vocabulary",
                GreedyChecks::decodeAnUnknownToken);
        checks.add(
                new Check(
                        "of equally likely tokens greedy decoding takes the smallest id",
                        GreedyChecks::decodeTies));
        checks.add(
                new Check("greedy decoding refuses logits that are NaN", GreedyChecks::decodeNaN));
    }

    /** What the loop hands out, and the session it leaves, without {@code greedy}. */
    private static List<Integer> expected(RecordedSession session, int first, int count) {
        var tokens = new ArrayList<Integer>();
        int next = first;
        for (int n = 0; n < count; n++) {
            session.forward(next);
            next = largest(session.rows().getLast());
            tokens.add(next);
        }
        return tokens;
    }

    private static int largest(float[] logits) {
        int best = 0;
        for (int i = 1; i < logits.length; i++) {
            if (logits[i] > logits[best]) {
                best = i;
            }
        }
        return best;
    }

    private static void loop(OpenDecoder open) {
        for (int prefix : new int[] {0, 13}) {
            for (int count : new int[] {1, 2, 9, 40}) {
                int[] tokens = open.tokens(prefix, 41);
                RecordedSession manual = open.session().forwardInSteps(tokens, 8);
                List<Integer> wanted = expected(manual, 3, count);
                RecordedSession session = open.session().forwardInSteps(tokens, 8);
                var got = new ArrayList<Integer>();
                int handedOut = session.session().greedy(3, count, got::add);
                String what = "greedy of %d tokens at position %d".formatted(count, prefix);
                open.trial()
                        .require(
                                handedOut == count && got.equals(wanted),
                                "%s: expected %s, got %s, returned %d"
                                        .formatted(what, wanted, got, handedOut));
                requireCache(open, what, manual, session);
            }
        }
    }

    /** Requires that both caches hold the same tokens, by what comes next. */
    private static void requireCache(
            OpenDecoder open, String what, RecordedSession manual, RecordedSession session) {
        int expected = manual.session().position();
        open.trial()
                .require(
                        session.session().position() == expected,
                        "%s: expected position %d, got %d"
                                .formatted(what, expected, session.session().position()));
        int[] more = open.tokens(5, 42);
        int from = manual.rows().size();
        int recorded = session.rows().size();
        manual.forward(more);
        session.forward(more);
        open.requireSame(what + ", then a step", manual.rowsFrom(from), session.rowsFrom(recorded));
    }

    private static void stop(OpenDecoder open) {
        for (int stopAfter : new int[] {1, 2, 7}) {
            RecordedSession manual = open.session();
            List<Integer> wanted = expected(manual, 5, stopAfter);
            RecordedSession session = open.session();
            var got = new ArrayList<Integer>();
            int handedOut =
                    session.session()
                            .greedy(
                                    5,
                                    30,
                                    token -> {
                                        got.add(token);
                                        return got.size() < stopAfter;
                                    });
            String what = "greedy stopped after %d".formatted(stopAfter);
            open.trial()
                    .require(
                            handedOut == stopAfter && got.equals(wanted),
                            "%s: expected %s, got %s, returned %d"
                                    .formatted(what, wanted, got, handedOut));
            requireCache(open, what, manual, session);
        }
    }

    private static void decodeNothing(OpenDecoder open) {
        int[] tokens = open.tokens(6, 43);
        for (int count : new int[] {0, -1, Integer.MIN_VALUE}) {
            RecordedSession manual = open.session().forward(tokens);
            RecordedSession session = open.session().forward(tokens);
            var got = new ArrayList<Integer>();
            int handedOut = session.session().greedy(1, count, got::add);
            String what = "greedy of %d tokens".formatted(count);
            open.trial()
                    .require(
                            handedOut == 0 && got.isEmpty(),
                            "%s: handed out %s, returned %d".formatted(what, got, handedOut));
            requireCache(open, what, manual, session);
        }
    }

    private static void decodePastTheContext(OpenDecoder open) {
        int[] tokens = open.tokens(SessionContract.CONTEXT - 4, 44);
        List<Integer> wanted = expected(open.session().forwardInSteps(tokens, 16), 2, 4);
        RecordedSession session = open.session().forwardInSteps(tokens, 16);
        var got = new ArrayList<Integer>();
        open.trial()
                .requireThrows(
                        "greedy of 10 tokens where 4 fit",
                        IllegalArgumentException.class,
                        () -> session.session().greedy(2, 10, got::add));
        open.trial()
                .require(
                        got.equals(wanted),
                        "before the context was full: expected %s, got %s".formatted(wanted, got));
        session.truncate(tokens.length);
        RecordedSession manual = open.session().forwardInSteps(tokens, 16);
        manual.forward(7, 8);
        session.forward(7, 8);
        open.requireSameFrom(tokens.length, "after the refusal", manual.rows(), session.rows());
    }

    private static void decodeAnUnknownToken(OpenDecoder open) {
        int vocabulary = open.program().program().vocabulary();
        int[] tokens = open.tokens(6, 45);
        for (int token : new int[] {-1, vocabulary}) {
            RecordedSession manual = open.session().forward(tokens);
            RecordedSession session = open.session().forward(tokens);
            open.trial()
                    .requireThrows(
                            "greedy from token " + token,
                            IllegalArgumentException.class,
                            () -> session.session().greedy(token, 3, _ -> true));
            requireCache(open, "refused token " + token, manual, session);
        }
    }

    /** A last norm whose gain is 0 makes every logit 0. */
    private static void decodeTies(Trial trial) {
        DecoderSession session = trial.session(openWithGain(trial, 0).program());
        var got = new ArrayList<Integer>();
        session.greedy(9, 3, got::add);
        trial.require(
                got.equals(List.of(0, 0, 0)),
                "all tokens equally likely: expected [0, 0, 0], got %s".formatted(got));
    }

    /**
     * A last norm whose gain is the largest float: an element above the root mean square becomes
     * infinite, and its products with the head's weights of both signs add up to NaN.
     */
    private static void decodeNaN(Trial trial) {
        OpenDecoder open = openWithGain(trial, Float.MAX_VALUE);
        MemorySegment logits = trial.session(open.program()).forward(new int[] {9}, LogitRows.LAST);
        int count = 0;
        for (float logit : logits.toArray(ValueLayout.JAVA_FLOAT)) {
            count += Float.isNaN(logit) ? 1 : 0;
        }
        trial.atLeast("logits that are NaN where infinities of both signs are added", count, 1);
        trial.requireThrows(
                "greedy over NaN",
                BackendException.class,
                () -> trial.session(open.program()).greedy(9, 3, _ -> true));
    }

    private static OpenDecoder openWithGain(Trial trial, float gain) {
        RandomDecoder decoder = trial.keep(SessionCase.plain(trial).make());
        Weight norm = SpoiledWeights.copy(decoder.weights().weight("norm"));
        for (int i = 0; i < norm.shape().cols(); i++) {
            SpoiledWeights.numbers(norm.format()).set(norm.codes(), i, gain);
        }
        WeightSource weights = new SpoiledWeights(decoder.weights()).with(norm);
        return OpenDecoder.of(trial, decoder, weights, trial.options(SessionContract.CONTEXT, 8));
    }
}
