package dev.trilobit.cli.bench;

import dev.trilobit.api.backend.CompiledProgram;
import dev.trilobit.conformance.contract.BackendLogits;
import dev.trilobit.conformance.metric.LogitCursor;
import java.util.Arrays;
import java.util.List;
import java.util.TreeSet;

/**
 * How the rows of logits that timed tests ended with compare with those of the conformance runner,
 * which are what every gate of the conformance report is about.
 *
 * @param rows how many were compared; 0 if nobody asked
 * @param differing positions at which a logit has other bits
 * @param largest difference of any two logits
 */
record LogitCheck(int rows, List<Integer> differing, double largest) {
    /** Nothing was compared. */
    static final LogitCheck NONE = new LogitCheck(0, List.of(), 0);

    LogitCheck {
        differing = List.copyOf(differing);
    }

    /**
     * Runs the tokens as the conformance runner does, in a session of its own.
     *
     * @param tokens the token of each position
     * @param stepTokens of one forward; better another number than the tests have
     */
    static LogitCheck run(
            CompiledProgram program, int[] tokens, int stepTokens, List<TestEnding> endings) {
        int end = endings.stream().mapToInt(TestEnding::last).max().orElse(-1) + 1;
        if (end == 0) {
            return NONE;
        }
        var differing = new TreeSet<Integer>();
        double largest = 0;
        int[] ids = Arrays.copyOf(tokens, end);
        try (LogitCursor cursor = new BackendLogits(program, stepTokens).open(ids)) {
            for (int position = 0; position < end; position++) {
                double[] expected = cursor.next();
                for (TestEnding ending : endings) {
                    if (ending.has(position)) {
                        double difference = ending.difference(position, expected);
                        largest = Math.max(largest, difference);
                        if (difference != 0) {
                            differing.add(position);
                        }
                    }
                }
            }
        }
        int rows = endings.stream().mapToInt(TestEnding::rows).sum();
        return new LogitCheck(rows, List.copyOf(differing), largest);
    }

    /** Tells it in a line. */
    String text() {
        if (rows == 0) {
            return "not compared";
        }
        return differing.isEmpty()
                ? "equal to the conformance runner's, bit for bit, in %d rows".formatted(rows)
                : "other than the conformance runner's at positions %s, by %.3g at most"
                        .formatted(differing, largest);
    }
}
