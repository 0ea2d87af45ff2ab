package dev.trilobit.cli.io;

import java.io.BufferedOutputStream;
import java.io.Console;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.InputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.EnumSet;
import java.util.Optional;
import java.util.Set;

/**
 * The streams of one run of the program; text is UTF-8 whatever the locale says.
 *
 * @param in standard input
 * @param out generated text, reports and JSON; of this process: flushed at each line
 * @param err everything else; flushed at each line
 * @param terminals which of them a person sits at
 */
public record StandardStreams(
        InputStream in, PrintStream out, PrintStream err, Set<StandardStream> terminals) {
    /** Set by the launcher: digits of the file descriptors that are terminals, such as 012. */
    private static final String TERMINALS = "trilobit.terminals";

    /** Set by the launcher, which can ask the terminal without a library. */
    private static final String COLUMNS = "trilobit.columns";

    private static final int BUFFER_BYTES = 8192;

    public StandardStreams {
        terminals = Set.copyOf(terminals);
    }

    /** Returns the streams of this process, and makes them {@code System.out} and {@code err}. */
    public static StandardStreams ofProcess() {
        PrintStream out = print(FileDescriptor.out);
        PrintStream err = print(FileDescriptor.err);
        System.setOut(out);
        System.setErr(err);
        return new StandardStreams(System.in, out, err, processTerminals());
    }

    private static PrintStream print(FileDescriptor descriptor) {
        return new PrintStream(
                new BufferedOutputStream(new FileOutputStream(descriptor), BUFFER_BYTES),
                true,
                StandardCharsets.UTF_8);
    }

    private static Set<StandardStream> processTerminals() {
        String digits = System.getProperty(TERMINALS);
        if (digits == null) {
            boolean console =
                    Optional.ofNullable(System.console()).map(Console::isTerminal).orElse(false);
            return console
                    ? EnumSet.allOf(StandardStream.class)
                    : EnumSet.noneOf(StandardStream.class);
        }
        var terminals = EnumSet.noneOf(StandardStream.class);
        for (StandardStream stream : StandardStream.values()) {
            if (digits.indexOf(stream.descriptor()) >= 0) {
                terminals.add(stream);
            }
        }
        return terminals;
    }

    /** Returns the width of the terminal as the launcher saw it; empty if it did not. */
    static String launcherColumns() {
        return System.getProperty(COLUMNS, "");
    }

    /** Tells whether a person sits at this stream. */
    public boolean isTerminal(StandardStream stream) {
        return terminals.contains(stream);
    }

    /** Prints lines for people; what a terminal would obey is shown as escapes. */
    public void note(String lines) {
        err.println(TerminalText.lines(lines));
    }

    /** Prints a line of a report; what a terminal would obey is shown as escapes. */
    public void line(String line) {
        out.println(TerminalText.line(line));
    }
}
