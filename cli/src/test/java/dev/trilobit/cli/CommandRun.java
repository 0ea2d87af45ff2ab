package dev.trilobit.cli;

import dev.trilobit.cli.io.StandardStream;
import dev.trilobit.cli.io.StandardStreams;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.Set;

/**
 * One run of the program in this process.
 *
 * @param code exit code
 * @param out standard output
 * @param err standard error
 */
public record CommandRun(int code, String out, String err) {
    /** Runs with nothing piped in. */
    public static CommandRun of(String... arguments) {
        return piped("", arguments);
    }

    /** Runs with {@code input} piped in. */
    static CommandRun piped(String input, String... arguments) {
        return run(input, Set.of(), arguments);
    }

    /** Runs as if a person sat at a terminal. */
    static CommandRun atTerminal(String... arguments) {
        return run("", Set.of(StandardStream.values()), arguments);
    }

    /** Runs with a standard output that takes nothing, as a full disk does. */
    static CommandRun withFullOutput(String input, String... arguments) {
        var full =
                new OutputStream() {
                    @Override
                    public void write(int value) throws IOException {
                        throw new IOException("No space left on device");
                    }
                };
        return run(input, full, Set.of(), arguments);
    }

    private static CommandRun run(
            String input, Set<StandardStream> terminals, String... arguments) {
        var out = new ByteArrayOutputStream();
        CommandRun run = run(input, out, terminals, arguments);
        return new CommandRun(run.code(), out.toString(StandardCharsets.UTF_8), run.err());
    }

    private static CommandRun run(
            String input, OutputStream out, Set<StandardStream> terminals, String... arguments) {
        var err = new ByteArrayOutputStream();
        var streams =
                new StandardStreams(
                        new ByteArrayInputStream(input.getBytes(StandardCharsets.UTF_8)),
                        new PrintStream(out, false, StandardCharsets.UTF_8),
                        new PrintStream(err, true, StandardCharsets.UTF_8),
                        terminals);
        int code = new Program(streams).run(arguments);
        streams.out().flush();
        return new CommandRun(code, "", err.toString(StandardCharsets.UTF_8));
    }
}
