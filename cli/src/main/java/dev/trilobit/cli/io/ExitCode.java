package dev.trilobit.cli.io;

/** What the program tells the shell. After Ctrl-C the JVM itself tells it 130. */
public final class ExitCode {
    /** All was done. */
    public static final int OK = 0;

    /** It was tried and failed. */
    public static final int FAILURE = 1;

    /** The command line is wrong. */
    public static final int USAGE = 2;

    private ExitCode() {}
}
