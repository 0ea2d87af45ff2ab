package dev.trilobit.cli.io;

import java.util.function.IntPredicate;

/**
 * Text of files and of the network as a terminal gets it: what a terminal would obey, such as an
 * escape sequence that clears the screen, is shown as an escape of Java.
 */
public final class TerminalText {
    private static final String KEPT = "\n\t";

    private TerminalText() {}

    /** Returns the text as one line. */
    public static String line(String text) {
        return escaped(text, TerminalText::isObeyed);
    }

    /** Returns the text with its line ends and tabs. */
    static String lines(String text) {
        return escaped(text, c -> isObeyed(c) && KEPT.indexOf(c) < 0);
    }

    /** Control characters, those that turn the direction of writing, and other line ends. */
    private static boolean isObeyed(int c) {
        return Character.isISOControl(c)
                || (c >= 0x202A && c <= 0x202E)
                || (c >= 0x2066 && c <= 0x2069)
                || c == 0x2028
                || c == 0x2029;
    }

    private static String escaped(String text, IntPredicate hidden) {
        if (text.chars().noneMatch(hidden)) {
            return text;
        }
        var shown = new StringBuilder(text.length() + 16);
        text.chars()
                .forEach(
                        c -> {
                            if (hidden.test(c)) {
                                shown.append(escape(c));
                            } else {
                                shown.append((char) c);
                            }
                        });
        return shown.toString();
    }

    private static String escape(int c) {
        return switch (c) {
            case '\n' -> "\\n";
            case '\r' -> "\\r";
            case '\t' -> "\\t";
            default -> "\\u%04x".formatted(c);
        };
    }
}
