package dev.trilobit.cli;

import dev.trilobit.cli.io.StandardStreams;

/** Entry point of the program {@code trilobit}. */
public final class Trilobit {
    private Trilobit() {}

    /** Runs one command and leaves with its exit code. */
    public static void main(String[] arguments) {
        StandardStreams streams = StandardStreams.ofProcess();
        int code = new Program(streams).run(arguments);
        streams.out().flush();
        streams.err().flush();
        System.exit(code);
    }
}
