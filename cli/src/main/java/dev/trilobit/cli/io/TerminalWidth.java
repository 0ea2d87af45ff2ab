package dev.trilobit.cli.io;

import java.util.stream.Stream;

/** How many characters fit into a line of this process's terminal. */
final class TerminalWidth {
    /** Of a terminal that nobody asked. */
    private static final int USUAL = 80;

    private TerminalWidth() {}

    /** Returns what {@code COLUMNS} says, else the launcher, else what is usual. */
    static int columns() {
        return columns(
                System.getenv().getOrDefault("COLUMNS", ""), StandardStreams.launcherColumns());
    }

    /** Returns the first that is a width. */
    static int columns(String variable, String property) {
        return Stream.of(variable, property)
                .filter(text -> text.matches("[1-9]\\d{0,4}"))
                .findFirst()
                .map(Integer::parseInt)
                .orElse(USUAL);
    }
}
