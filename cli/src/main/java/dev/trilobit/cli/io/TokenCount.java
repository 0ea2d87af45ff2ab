package dev.trilobit.cli.io;

import java.util.Locale;

/** Writes numbers of tokens for people. */
public final class TokenCount {
    private TokenCount() {}

    /** Returns for instance {@code 1 token} or {@code 12,345 tokens}. */
    public static String text(long tokens) {
        return tokens == 1 ? "1 token" : number(tokens) + " tokens";
    }

    /** Returns for instance {@code 12,345}. */
    public static String number(long count) {
        return String.format(Locale.ROOT, "%,d", count);
    }
}
