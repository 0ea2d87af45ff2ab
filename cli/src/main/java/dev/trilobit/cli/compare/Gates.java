package dev.trilobit.cli.compare;

import dev.trilobit.cli.io.TokenCount;
import dev.trilobit.cli.io.UsageException;
import dev.trilobit.conformance.metric.Agreement;
import dev.trilobit.conformance.metric.PositionAgreement.Choice;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Options that say what agreement is enough. */
final class Gates {
    @Option(
            names = "--tie-width",
            paramLabel = "X",
            description =
                    "Count another choice as tied if A's score of it is at most this much below"
                            + " its highest. Default: 0")
    private double tieWidth;

    @Option(
            names = "--max-kl",
            paramLabel = "X",
            description = "Fail if the mean KL of either direction is above X nats a token")
    private @Nullable Double maxKl;

    @Option(
            names = "--min-top1",
            paramLabel = "P",
            description =
                    "Fail if the share of tokens with the same choice is below P, from 0 to 1;"
                            + " ties are not the same")
    private @Nullable Double minTop1;

    /**
     * Checks the values.
     *
     * @throws UsageException if values are wrong; the message has all that are
     */
    void check() {
        var wrong = new ArrayList<String>();
        if (!(tieWidth >= 0)) {
            wrong.add("--tie-width: expected a number from 0, got " + tieWidth);
        }
        if (maxKl != null && !(maxKl >= 0)) {
            wrong.add("--max-kl: expected a number from 0, got " + maxKl);
        }
        if (minTop1 != null && !(minTop1 >= 0 && minTop1 <= 1)) {
            wrong.add("--min-top1: expected a share from 0 to 1, such as 0.995, got " + minTop1);
        }
        if (!wrong.isEmpty()) {
            throw new UsageException(String.join("; ", wrong));
        }
    }

    double tieWidth() {
        return tieWidth;
    }

    /** Returns what is not good enough; numbers that are not finite never are. */
    List<String> missed(Agreement agreement) {
        var missed = new ArrayList<String>();
        long broken = agreement.count(Choice.NOT_FINITE);
        if (broken > 0) {
            missed.add(
                    "%s of %s positions have a logit that is NaN or infinite"
                            .formatted(
                                    TokenCount.number(broken),
                                    TokenCount.number(agreement.positions().size())));
        }
        double forward = agreement.forward().mean();
        double reverse = agreement.reverse().mean();
        if (maxKl != null && !(forward <= maxKl && reverse <= maxKl)) {
            missed.add(
                    String.format(
                            Locale.ROOT,
                            "mean KL of %.3g and %.3g nats a token, at most %.3g allowed",
                            forward,
                            reverse,
                            maxKl));
        }
        if (minTop1 != null && !(agreement.top1() >= minTop1)) {
            missed.add(
                    String.format(
                            Locale.ROOT,
                            "same choice in a share of %.6f, at least %s wanted",
                            agreement.top1(),
                            minTop1));
        }
        return missed;
    }
}
