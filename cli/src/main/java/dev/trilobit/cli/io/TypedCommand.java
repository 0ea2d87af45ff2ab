package dev.trilobit.cli.io;

import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import picocli.CommandLine.Model.CommandSpec;

/** The command line of this run, for reports that others read elsewhere. */
public final class TypedCommand {
    private TypedCommand() {}

    /** Returns it as it was typed, so that another shell takes it. */
    public static String of(CommandSpec spec) {
        return text(spec.root().commandLine().getParseResult().originalArgs());
    }

    static String text(List<String> arguments) {
        return Stream.concat(Stream.of("trilobit"), arguments.stream())
                .map(TypedCommand::quoted)
                .collect(Collectors.joining(" "));
    }

    private static String quoted(String argument) {
        return argument.matches("[\\w./:,=@%+~-]+")
                ? argument
                : "'" + argument.replace("'", "'\\''") + "'";
    }
}
