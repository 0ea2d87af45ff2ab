package dev.trilobit.cli.io;

import dev.trilobit.conformance.metric.Perplexity;
import java.util.Locale;

/** Perplexity for people. */
public final class PerplexityText {
    private PerplexityText() {}

    /** Returns the value with its standard error, if there is one. */
    public static String of(Perplexity loss) {
        String value = String.format(Locale.ROOT, "%.4f", loss.value());
        return hasError(loss)
                ? value + String.format(Locale.ROOT, " +- %.4f", loss.standardError())
                : value;
    }

    /** Tells whether there are tokens enough for a standard error. */
    public static boolean hasError(Perplexity loss) {
        return loss.tokens() > 1;
    }
}
