package dev.trilobit.cli.conform;

import dev.trilobit.api.program.Op;
import dev.trilobit.api.program.Program;
import dev.trilobit.conformance.model.ModelCase;
import dev.trilobit.conformance.oracle.ReferenceDecoder;
import java.time.Duration;
import java.util.Locale;

/**
 * What the oracle has to do for a model: float64, plain loops, every sequence from its beginning,
 * once for each backend.
 *
 * @param tokens of all sequences
 * @param sequences decoded one after the other
 * @param weights numbers that a token is multiplied with
 * @param backends that are compared with it, one after the other
 */
record OracleWork(long tokens, long sequences, long weights, long backends) {
    /** Of one core, about: a 2025 server's; the estimate says "about". */
    private static final double PRODUCTS_PER_SECOND = 2e9;

    private static final double DECODED_WEIGHTS_PER_SECOND = 3e7;

    static OracleWork of(ModelCase model, long backends) {
        long weights = 0;
        for (Op op : model.program().ops()) {
            if (op instanceof Op.Linear linear) {
                weights += linear.weight().shape().elements();
            }
        }
        return new OracleWork(
                model.chunks().stream().mapToLong(chunk -> chunk.length).sum(),
                model.chunks().size(),
                weights,
                backends);
    }

    /** Tells whether a program rounds activations to int8. */
    static boolean usesInt8(Program program) {
        return program.ops().stream()
                .anyMatch(op -> op instanceof Op.Linear linear && linear.activations().rounds());
    }

    /** Returns about how long it takes on so many cores. */
    Duration estimate(int cores) {
        long decoded = weights > ReferenceDecoder.KEPT_WEIGHTS ? weights * sequences : weights;
        double seconds =
                backends
                        * (decoded / DECODED_WEIGHTS_PER_SECOND
                                + (double) tokens * weights / PRODUCTS_PER_SECOND)
                        / cores;
        return Duration.ofMillis((long) (1000 * seconds));
    }

    /** Returns a line for people who wait. */
    String describe(String model, int cores) {
        return String.format(
                Locale.ROOT,
                "%s: the oracle walks %,d tokens x %,d weights in float64%s, about %s",
                model,
                tokens,
                weights,
                backends > 1 ? ", once for each of %d backends".formatted(backends) : "",
                text(estimate(cores)));
    }

    private static String text(Duration time) {
        long seconds = Math.max(1, time.toSeconds());
        return seconds < 120
                ? seconds + " s"
                : seconds < 7200 ? seconds / 60 + " minutes" : seconds / 3600 + " hours";
    }
}
