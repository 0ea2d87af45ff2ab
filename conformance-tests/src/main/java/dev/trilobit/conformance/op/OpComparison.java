package dev.trilobit.conformance.op;

import dev.trilobit.api.backend.CompiledProgram;
import dev.trilobit.api.backend.DecoderSession;
import dev.trilobit.api.backend.LogitRows;
import dev.trilobit.api.program.Program;
import dev.trilobit.conformance.contract.BackendLogits;
import dev.trilobit.conformance.contract.Budget;
import dev.trilobit.conformance.contract.DeclaredRefusalException;
import dev.trilobit.conformance.contract.Trial;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.OptionalDouble;

/**
 * Runs one-op programs on the backend of a trial and compares them with what is expected; keeps the
 * worst of all programs of a check.
 */
final class OpComparison {
    private static final String GROWING = "steps of 1, 2, 3, 5, ... tokens";

    private final Trial trial;
    private OptionalDouble largestError = OptionalDouble.empty();
    private double worst;
    private int compared;
    private boolean hasWholeSums;
    private int wholeSumsOff;

    /** How many programs were refused by design, by the reason. */
    private final Map<String, Integer> refusals = new LinkedHashMap<>();

    OpComparison(Trial trial) {
        this.trial = trial;
    }

    /** Returns the error of kept keys and values, in units of the largest of their head. */
    double cacheError() {
        return trial.subject().budget().cache().error();
    }

    /** Returns the unit roundoff of the backend's arithmetic. */
    double roundoff() {
        return trial.subject().budget().roundoff();
    }

    /** Runs every program of an op on a sequence, looks at the guards, and closes the op. */
    void compare(OneOp op, Expected expected) {
        trial.keep(op);
        hasWholeSums |= expected.wholeSums().isPresent();
        unlessRefused(() -> plain(op, expected));
        op.guarded()
                .forEach(
                        (name, program) ->
                                unlessRefused(() -> guarded(op, name, program, expected)));
        trial.require(
                op.weights().damage().isEmpty(),
                "%s: wrote into or past the weights %s"
                        .formatted(op.label(), op.weights().damage()));
        op.close();
    }

    private void unlessRefused(Runnable comparison) {
        try {
            comparison.run();
            compared++;
        } catch (DeclaredRefusalException e) {
            refusals.merge(String.valueOf(e.getMessage()), 1, Integer::sum);
        }
    }

    /** The plain program: one session in growing steps, another for the end. */
    private void plain(OneOp op, Expected expected) {
        try (CompiledProgram program = compile(op, op.plain(), expected)) {
            Deviation deviation = inGrowingSteps(op, program, expected);
            judge(op, GROWING, deviation);
            deviation
                    .normalizedSquaredError()
                    .ifPresent(
                            error ->
                                    largestError =
                                            OptionalDouble.of(
                                                    Math.max(largestError.orElse(0), error)));
            var last = new Deviation(expected);
            try (DecoderSession session = trial.session(program)) {
                step(op, session, expected, 0, expected.positions(), LogitRows.LAST, last);
            }
            judge(op, "one step, the last token's row alone", last);
        }
    }

    /** A program with other values in use: the longest step there may be, and shorter ones. */
    private void guarded(OneOp op, String name, Program guarded, Expected expected) {
        try (CompiledProgram program = compile(op, guarded, expected)) {
            var deviation = new Deviation(expected);
            try (DecoderSession session = trial.session(program)) {
                step(op, session, expected, 0, expected.positions(), LogitRows.ALL, deviation);
            }
            judge(op, "one step, " + name, deviation);
            judge(op, GROWING + ", " + name, inGrowingSteps(op, program, expected));
        }
    }

    /** Feeds a session with 1, 2, 3, 5, 8, ... tokens. */
    private Deviation inGrowingSteps(OneOp op, CompiledProgram program, Expected expected) {
        var deviation = new Deviation(expected);
        try (DecoderSession session = trial.session(program)) {
            int size = 1;
            int next = 2;
            for (int from = 0; from < expected.positions(); ) {
                int to = Math.min(from + size, expected.positions());
                step(op, session, expected, from, to, LogitRows.ALL, deviation);
                from = to;
                int sum = size + next;
                size = next;
                next = sum;
            }
        }
        return deviation;
    }

    private CompiledProgram compile(OneOp op, Program program, Expected expected) {
        int tokens = expected.positions();
        return trial.compile(program, op.weights(), trial.options(tokens, tokens));
    }

    private void step(
            OneOp op,
            DecoderSession session,
            Expected expected,
            int from,
            int to,
            LogitRows rows,
            Deviation deviation) {
        int[] tokens = Arrays.copyOfRange(expected.tokens(), from, to);
        int[] handed = tokens.clone();
        MemorySegment logits = session.forward(handed, rows);
        trial.require(
                Arrays.equals(tokens, handed),
                "%s: forward changed the tokens %s to %s"
                        .formatted(op.label(), Arrays.toString(tokens), Arrays.toString(handed)));
        int first =
                switch (rows) {
                    case ALL -> from;
                    case LAST -> to - 1;
                };
        long bytes = (long) (to - first) * expected.width() * Float.BYTES;
        if (logits.byteSize() != bytes) {
            trial.fail(
                    "%s: expected %d bytes of logits for %s of %d tokens, got %d"
                            .formatted(op.label(), bytes, rows, to - from, logits.byteSize()));
            return;
        }
        for (int position = first; position < to; position++) {
            deviation.add(position, BackendLogits.row(logits, position - first, expected.width()));
        }
    }

    private void judge(OneOp op, String path, Deviation deviation) {
        worst = Math.max(worst, deviation.worst());
        wholeSumsOff += deviation.wholeSumsOff();
        for (String what : deviation.findings()) {
            trial.fail("%s, %s: %s".formatted(op.label(), path, what));
        }
    }

    /**
     * Notes the worst of all programs, and how many were refused by design, with the reason.
     *
     * @throws DeclaredRefusalException if the backend refuses every one of them by design
     */
    void finish() {
        finish(trial.subject().budget().opError());
    }

    /** Does as {@link #finish()}, with the limit of what keeping keys and values may cost. */
    void finishAttention() {
        Budget budget = trial.subject().budget();
        finish(Math.max(budget.opError(), budget.cache().opError()));
    }

    private void finish(double limit) {
        if (compared == 0 && !refusals.isEmpty()) {
            throw new DeclaredRefusalException(String.join("; ", refusals.keySet()));
        }
        refusals.forEach(
                (reason, programs) ->
                        trial.note("refused by design: %s, programs".formatted(reason), programs));
        largestError.ifPresent(error -> trial.atMost("nmse", error, limit));
        trial.atMost("largest error / bound", worst, 1);
        if (hasWholeSums) {
            trial.atMost("whole sums off", wholeSumsOff, 0);
        }
    }
}
