package dev.trilobit.cli;

import dev.trilobit.cli.backends.BackendsCommand;
import dev.trilobit.cli.bench.BenchCommand;
import dev.trilobit.cli.bench.kernels.KernelsCommand;
import dev.trilobit.cli.chat.ChatCommand;
import dev.trilobit.cli.compare.CompareCommand;
import dev.trilobit.cli.completion.CompletionCommand;
import dev.trilobit.cli.conform.ConformCommand;
import dev.trilobit.cli.convert.ConvertCommand;
import dev.trilobit.cli.inspect.InspectCommand;
import dev.trilobit.cli.io.ExitCode;
import dev.trilobit.cli.io.StandardStream;
import dev.trilobit.cli.io.StandardStreams;
import dev.trilobit.cli.logits.LogitsCommand;
import dev.trilobit.cli.perplexity.PerplexityCommand;
import dev.trilobit.cli.pull.PullCommand;
import dev.trilobit.cli.run.RunCommand;
import dev.trilobit.cli.synth.SynthCommand;
import dev.trilobit.cli.tokens.TokensCommand;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.ServiceConfigurationError;
import java.util.function.Supplier;
import picocli.CommandLine;
import picocli.CommandLine.RunLast;

/** The command line: parses arguments, runs a command, reports what goes wrong. */
final class Program {
    private final StandardStreams streams;
    private final Map<String, Supplier<Object>> commands = new LinkedHashMap<>();

    Program(StandardStreams streams) {
        this.streams = streams;
        commands.put("run", () -> new RunCommand(streams));
        commands.put("chat", () -> new ChatCommand(streams));
        commands.put("backends", () -> new BackendsCommand(streams));
        commands.put("inspect", () -> new InspectCommand(streams));
        commands.put("pull", () -> new PullCommand(streams));
        commands.put("tokens", () -> new TokensCommand(streams));
        commands.put("convert", () -> new ConvertCommand(streams));
        commands.put("synth", () -> new SynthCommand(streams));
        commands.put("logits", () -> new LogitsCommand(streams));
        commands.put("perplexity", () -> new PerplexityCommand(streams));
        commands.put("compare", () -> new CompareCommand(streams));
        commands.put(
                "bench",
                () ->
                        new CommandLine(new BenchCommand(streams))
                                .addSubcommand("kernels", new KernelsCommand(streams)));
        commands.put("conform", () -> new ConformCommand(streams));
        commands.put("completion", () -> new CompletionCommand(streams));
    }

    /**
     * Runs one command.
     *
     * @return the exit code; a failure, told in one line, if standard output did not take all
     */
    int run(String... arguments) {
        int code = execute(arguments);
        if (!streams.out().checkError()) {
            return code;
        }
        streams.note("trilobit: standard output cannot be written");
        return code == ExitCode.OK ? ExitCode.FAILURE : code;
    }

    private int execute(String... arguments) {
        var root = new RootCommand();
        CommandLine commandLine = commandLine(root, arguments);
        var errors = new ErrorReport(streams, root.diagnostics());
        commandLine.setParameterExceptionHandler(errors);
        commandLine.setExecutionExceptionHandler(errors);
        commandLine.setExecutionStrategy(
                parsed -> {
                    Logging.configure(streams, root.diagnostics().verbose());
                    return new RunLast().execute(parsed);
                });
        try {
            return commandLine.execute(arguments);
        } catch (StackOverflowError
                | OutOfMemoryError
                | LinkageError
                | ServiceConfigurationError e) {
            return errors.report(e);
        }
    }

    /**
     * Describes only the command that is asked for: describing all of them takes a good part of the
     * time to the first token.
     */
    private CommandLine commandLine(RootCommand root, String... arguments) {
        var commandLine = new CommandLine(root);
        String first = arguments.length == 0 ? "" : arguments[0];
        commands.forEach(
                (name, command) -> {
                    if (first.equals(name) || !needsOnly(first)) {
                        commandLine.addSubcommand(name, command.get());
                    }
                });
        commandLine.setOut(new PrintWriter(streams.out(), true, StandardCharsets.UTF_8));
        commandLine.setErr(new PrintWriter(streams.err(), true, StandardCharsets.UTF_8));
        if (!streams.isTerminal(StandardStream.OUT)) {
            commandLine.setColorScheme(
                    CommandLine.Help.defaultColorScheme(CommandLine.Help.Ansi.OFF));
        }
        return commandLine;
    }

    /** Completion scripts cover all commands; every other known command needs only itself. */
    private boolean needsOnly(String first) {
        return commands.containsKey(first) && !first.equals("completion");
    }
}
