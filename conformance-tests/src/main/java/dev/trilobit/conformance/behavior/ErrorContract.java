package dev.trilobit.conformance.behavior;

import static dev.trilobit.conformance.behavior.RecordedSession.slice;

import dev.trilobit.api.backend.CompileOptions;
import dev.trilobit.api.backend.CompileProgress;
import dev.trilobit.api.backend.LogitRows;
import dev.trilobit.conformance.contract.Check;
import dev.trilobit.conformance.contract.Contract;
import dev.trilobit.conformance.contract.Trial;
import dev.trilobit.conformance.contract.Trial.Attempt;
import dev.trilobit.conformance.fixture.RandomDecoder;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/** Wrong input is refused by the promised exception, which names it, and leaves all usable. */
public final class ErrorContract implements Contract {
    static final int CONTEXT = 40;
    static final int STEP = 12;

    /** Makes the contract. */
    public ErrorContract() {}

    @Override
    public String name() {
        return "error";
    }

    @Override
    public List<Check> checks() {
        var checks = new ArrayList<Check>();
        checks.add(new Check("an unknown option is named", ErrorContract::setUnknownOption));
        checks.add(
                new Check(
                        "a token outside the vocabulary is named and leaves the session as it was",
                        ErrorContract::appendUnknownTokens));
        checks.add(
                new Check(
                        "a step of no or too many tokens leaves the session as it was",
                        ErrorContract::takeWrongSteps));
        checks.add(
                new Check(
                        "a step past the context leaves the session as it was",
                        ErrorContract::passTheContext));
        checks.add(
                new Check(
                        "truncating outside the cache leaves the session as it was",
                        ErrorContract::truncateOutside));
        WeightErrorChecks.addTo(checks);
        SizeChecks.addTo(checks);
        return List.copyOf(checks);
    }

    /**
     * Requires that an attempt throws and that the message has what it must name.
     *
     * @param named names and numbers that the message must contain as words of their own
     */
    static void requireThrowsNaming(
            Trial trial,
            String what,
            Class<? extends Exception> expected,
            List<String> named,
            Attempt attempt) {
        trial.requireThrows(
                what,
                expected,
                () -> {
                    try {
                        attempt.run();
                    } catch (Exception e) {
                        String message = String.valueOf(e.getMessage());
                        for (String part : named) {
                            trial.require(
                                    names(message, part),
                                    "%s: the message must name %s, got '%s'"
                                            .formatted(what, part, message));
                        }
                        throw e;
                    }
                });
    }

    /** Tells whether a message has a name or number as a word of its own: 10 does not name 0. */
    private static boolean names(String message, String part) {
        return Pattern.compile("(?<!\\w)" + Pattern.quote(part) + "(?!\\w)")
                .matcher(message)
                .find();
    }

    private static void setUnknownOption(Trial trial) {
        RandomDecoder decoder = trial.keep(SessionCase.plain(trial).make());
        OpenDecoder open = OpenDecoder.of(trial, decoder, CONTEXT, STEP);
        String unknown = "an-option-nobody-knows";
        Map<String, String> options = new HashMap<>(trial.subject().backendOptions());
        options.put(unknown, "1");
        requireThrowsNaming(
                trial,
                "an unknown option",
                IllegalArgumentException.class,
                List.of(unknown),
                () ->
                        trial.backend()
                                .compile(
                                        decoder.program(),
                                        decoder.weights(),
                                        new CompileOptions(
                                                CONTEXT, STEP, options, CompileProgress.NONE))
                                .close());
        requireUsable(trial, open);
    }

    /** Compiles the same again and compares it with the oracle. */
    static void requireUsable(Trial trial, OpenDecoder open) {
        int[] tokens = open.tokens(10, 151);
        open.requireOracle("the program from before", tokens, open.alone(tokens, 5));
        OpenDecoder again = OpenDecoder.of(trial, open.decoder(), CONTEXT, STEP);
        again.requireOracle("the program compiled again", tokens, again.alone(tokens, 5));
    }

    /** What is wrong with a call, and what the message must say. */
    private record Wrong(String what, String named, Attempt attempt) {}

    /** Tries each wrong call in the midst of a sequence, which must go on as if nothing was. */
    private static void requireRefused(
            OpenDecoder open, RecordedSession session, int[] prefix, List<Wrong> wrongs) {
        Trial trial = open.trial();
        session.forwardInSteps(prefix, 7);
        for (Wrong wrong : wrongs) {
            requireThrowsNaming(
                    trial,
                    wrong.what(),
                    IllegalArgumentException.class,
                    List.of(wrong.named()),
                    wrong.attempt());
            trial.require(
                    session.session().position() == prefix.length,
                    "%s: moved the position from %d to %d"
                            .formatted(wrong.what(), prefix.length, session.session().position()));
        }
        int[] rest = open.tokens(6, 152);
        session.forwardInSteps(rest, 4);
        RecordedSession fresh = open.session().forwardInSteps(prefix, 7).forwardInSteps(rest, 4);
        open.requireSameFrom(
                prefix.length, "the session after the refusals", fresh.rows(), session.rows());
        requireUsable(trial, open);
    }

    private static void appendUnknownTokens(Trial trial) {
        OpenDecoder open = OpenDecoder.of(trial, SessionCase.plain(trial), CONTEXT, STEP);
        RecordedSession session = open.session();
        int vocabulary = open.program().program().vocabulary();
        var wrongs = new ArrayList<Wrong>();
        for (int token : new int[] {-1, vocabulary, Integer.MIN_VALUE, Integer.MAX_VALUE}) {
            for (LogitRows rows : LogitRows.values()) {
                String named = Integer.toString(token);
                String what = "token %s, rows %s".formatted(named, rows);
                wrongs.add(
                        new Wrong(
                                what + ", alone",
                                named,
                                () -> session.session().forward(new int[] {token}, rows)));
                wrongs.add(
                        new Wrong(
                                what + ", after two good ones",
                                named,
                                () -> session.session().forward(new int[] {1, 2, token}, rows)));
            }
        }
        requireRefused(open, session, open.tokens(17, 153), wrongs);
    }

    private static void takeWrongSteps(Trial trial) {
        OpenDecoder open = OpenDecoder.of(trial, SessionCase.plain(trial), CONTEXT, STEP);
        RecordedSession session = open.session();
        var wrongs = new ArrayList<Wrong>();
        for (int count : new int[] {0, STEP + 1, STEP + 9}) {
            for (LogitRows rows : LogitRows.values()) {
                wrongs.add(
                        new Wrong(
                                "a step of %d tokens, rows %s".formatted(count, rows),
                                Integer.toString(count),
                                () -> session.session().forward(new int[count], rows)));
            }
        }
        requireRefused(open, session, open.tokens(5, 154), wrongs);
    }

    private static void passTheContext(Trial trial) {
        OpenDecoder open = OpenDecoder.of(trial, SessionCase.plain(trial), CONTEXT, STEP);
        RecordedSession session = open.session();
        int[] prefix = open.tokens(CONTEXT - 7, 155);
        var wrongs = new ArrayList<Wrong>();
        for (int count : new int[] {8, STEP}) {
            for (LogitRows rows : LogitRows.values()) {
                wrongs.add(
                        new Wrong(
                                "%d tokens where 7 fit, rows %s".formatted(count, rows),
                                Integer.toString(CONTEXT),
                                () -> session.session().forward(slice(prefix, 0, count), rows)));
            }
        }
        requireRefused(open, session, prefix, wrongs);
    }

    private static void truncateOutside(Trial trial) {
        OpenDecoder open = OpenDecoder.of(trial, SessionCase.plain(trial), CONTEXT, STEP);
        RecordedSession session = open.session();
        var wrongs = new ArrayList<Wrong>();
        for (int position : new int[] {-1, 18, CONTEXT, Integer.MIN_VALUE, Integer.MAX_VALUE}) {
            wrongs.add(
                    new Wrong(
                            "truncate to " + position,
                            Integer.toString(position),
                            () -> session.session().truncate(position)));
        }
        requireRefused(open, session, open.tokens(17, 156), wrongs);
    }
}
