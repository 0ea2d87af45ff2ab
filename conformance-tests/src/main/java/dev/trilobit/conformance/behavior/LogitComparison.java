package dev.trilobit.conformance.behavior;

import dev.trilobit.api.backend.CompiledProgram;
import dev.trilobit.api.quant.WeightSource;
import dev.trilobit.conformance.contract.LogitBudget;
import dev.trilobit.conformance.contract.Trial;
import dev.trilobit.conformance.metric.LogitCursor;
import dev.trilobit.conformance.metric.PositionAgreement;
import dev.trilobit.conformance.metric.PositionAgreement.Choice;
import dev.trilobit.conformance.metric.Spread;
import dev.trilobit.conformance.oracle.ReferenceDecoder;
import java.util.ArrayList;
import java.util.List;

/** Compares logits of one program: by bits, by what its arithmetic may cost, with the oracle. */
final class LogitComparison {
    /**
     * Two paths may err to opposite sides of the truth. A divergence grows with the square of the
     * error, so twice the error is four times the divergence.
     */
    private static final double PATHS_APART = 4;

    /**
     * How far one position may be above the mean: an int8 value that falls to another integer costs
     * 1e-4 to 2e-3 nats where the mean of all positions is 1e-4 or less.
     */
    private static final double WORST_POSITION = 20;

    private final Trial trial;
    private final CompiledProgram program;
    private final LogitBudget budget;

    LogitComparison(Trial trial, CompiledProgram program) {
        this.trial = trial;
        this.program = program;
        this.budget = trial.subject().budget().limits(program.program());
    }

    /**
     * Requires the same bits, or from a program that declares itself inexact the same within the
     * budget.
     */
    void requireSame(String what, List<float[]> expected, List<float[]> actual) {
        if (expected.isEmpty() || expected.size() != actual.size()) {
            trial.fail(
                    "%s: expected %d positions (at least one), got %d"
                            .formatted(what, expected.size(), actual.size()));
        } else if (program.exactVerify()) {
            requireSameBits(what, expected, actual);
        } else {
            requireClose(
                    "declared inexact: " + what,
                    expected.stream().map(LogitComparison::widen).toList(),
                    actual,
                    PATHS_APART);
        }
    }

    /**
     * As {@link #requireSame} for rows of which only those from {@code from} on can differ. Of a
     * program that declares itself inexact only these are compared, since the mean over all would
     * hide a few that are wrong.
     */
    void requireSameFrom(int from, String what, List<float[]> expected, List<float[]> actual) {
        boolean all = program.exactVerify() || expected.size() != actual.size();
        int first = all ? 0 : Math.min(from, expected.size());
        requireSame(
                what,
                expected.subList(first, expected.size()),
                actual.subList(all ? 0 : first, actual.size()));
    }

    private void requireSameBits(String what, List<float[]> expected, List<float[]> actual) {
        int differing = 0;
        String first = "";
        for (int p = 0; p < expected.size(); p++) {
            String difference = difference(expected.get(p), actual.get(p));
            if (!difference.isEmpty()) {
                first = differing == 0 ? "row %d, %s".formatted(p, difference) : first;
                differing++;
            }
        }
        trial.require(
                differing == 0,
                "%s: %d of %d rows differ; %s".formatted(what, differing, expected.size(), first));
    }

    /** The first logit that is not finite or not the same; empty if there is none. */
    private static String difference(float[] expected, float[] actual) {
        if (expected.length != actual.length) {
            return "expected %d logits, got %d".formatted(expected.length, actual.length);
        }
        for (int i = 0; i < expected.length; i++) {
            if (!Float.isFinite(expected[i])
                    || Float.floatToRawIntBits(expected[i]) != Float.floatToRawIntBits(actual[i])) {
                return "logit %d: expected %s, got %s".formatted(i, expected[i], actual[i]);
            }
        }
        return "";
    }

    /**
     * Requires that logits are the oracle's within the budget.
     *
     * @param tokens a whole sequence
     * @param actual logits of its last positions
     */
    void requireOracle(String what, WeightSource weights, int[] tokens, List<float[]> actual) {
        var expected = new ArrayList<double[]>();
        try (LogitCursor oracle = new ReferenceDecoder(program.program(), weights).open(tokens)) {
            for (int p = 0; p < tokens.length; p++) {
                double[] row = oracle.next();
                if (p >= tokens.length - actual.size()) {
                    expected.add(row);
                }
            }
        }
        if (expected.isEmpty() || expected.size() != actual.size()) {
            trial.fail(
                    "%s: got %d rows for %d tokens".formatted(what, actual.size(), tokens.length));
            return;
        }
        requireClose(what + " against the oracle", expected, actual, 1);
    }

    private void requireClose(
            String what, List<double[]> expected, List<float[]> actual, double slack) {
        var positions = new ArrayList<PositionAgreement>();
        for (int p = 0; p < expected.size(); p++) {
            positions.add(
                    PositionAgreement.of(
                            0,
                            p,
                            expected.get(p),
                            widen(actual.get(p)),
                            slack * budget.tieWidth()));
        }
        double limit = slack * Math.max(budget.prefillDivergence(), budget.decodeDivergence());
        trial.atMost(
                what + ": mean KL one way, nats",
                mean(positions.stream().mapToDouble(PositionAgreement::forward).toArray()),
                limit);
        trial.atMost(
                what + ": mean KL the other way, nats",
                mean(positions.stream().mapToDouble(PositionAgreement::reverse).toArray()),
                limit);
        trial.atMost(
                what + ": largest KL of a position, nats",
                Math.max(
                        largest(
                                positions.stream()
                                        .mapToDouble(PositionAgreement::forward)
                                        .toArray()),
                        largest(
                                positions.stream()
                                        .mapToDouble(PositionAgreement::reverse)
                                        .toArray())),
                WORST_POSITION * limit);
        trial.atMost(
                what + ": positions with another choice that is no tie",
                (double)
                        positions.stream()
                                .filter(
                                        position ->
                                                position.choice() == Choice.DIFFERENT
                                                        || position.choice() == Choice.NOT_FINITE)
                                .count(),
                0);
    }

    private static double mean(double[] figures) {
        return Spread.of(figures).mean();
    }

    private static double largest(double[] figures) {
        return Spread.of(figures).max();
    }

    private static double[] widen(float[] row) {
        var out = new double[row.length];
        for (int i = 0; i < out.length; i++) {
            out[i] = row[i];
        }
        return out;
    }
}
