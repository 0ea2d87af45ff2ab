package dev.trilobit.cli.option;

import picocli.CommandLine.Option;
import picocli.CommandLine.ScopeType;

/** Options of every command for finding out what goes on. */
public final class DiagnosticArguments {
    @Option(
            names = {"-v", "--verbose"},
            scope = ScopeType.INHERIT,
            description = "Say which backend was chosen and what else is logged")
    private boolean verbose;

    @Option(
            names = "--debug",
            scope = ScopeType.INHERIT,
            description = "Print stack traces of errors")
    private boolean debug;

    /** Tells whether the log is wanted. */
    public boolean verbose() {
        return verbose;
    }

    /** Tells whether stack traces are wanted. */
    public boolean debug() {
        return debug;
    }
}
