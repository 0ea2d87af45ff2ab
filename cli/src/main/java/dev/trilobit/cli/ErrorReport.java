package dev.trilobit.cli;

import dev.trilobit.api.backend.BackendException;
import dev.trilobit.cli.io.CommandFailedException;
import dev.trilobit.cli.io.ExitCode;
import dev.trilobit.cli.io.StandardStreams;
import dev.trilobit.cli.io.UsageException;
import dev.trilobit.cli.option.DiagnosticArguments;
import dev.trilobit.model.ContextOverflowException;
import dev.trilobit.model.convert.ConversionRefusedException;
import dev.trilobit.model.file.ModelFormatException;
import dev.trilobit.model.hub.HubException;
import dev.trilobit.model.text.TemplateException;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.util.List;
import java.util.Objects;
import picocli.CommandLine;
import picocli.CommandLine.IExecutionExceptionHandler;
import picocli.CommandLine.IParameterExceptionHandler;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.UnmatchedArgumentException;

/** Turns what goes wrong into one line on standard error and an exit code. */
final class ErrorReport implements IParameterExceptionHandler, IExecutionExceptionHandler {
    private final StandardStreams streams;
    private final DiagnosticArguments diagnostics;

    ErrorReport(StandardStreams streams, DiagnosticArguments diagnostics) {
        this.streams = streams;
        this.diagnostics = diagnostics;
    }

    @Override
    public int handleParseException(ParameterException exception, String[] arguments) {
        CommandLine command = exception.getCommandLine();
        return usage(exception, message(exception), command.getCommandSpec().qualifiedName(" "));
    }

    @Override
    public int handleExecutionException(
            Exception exception, CommandLine command, ParseResult parsed) {
        if (exception instanceof UsageException) {
            return usage(
                    exception,
                    String.valueOf(exception.getMessage()),
                    command.getCommandSpec().qualifiedName(" "));
        }
        return report(exception);
    }

    /** Reports a failure that is no mistake in the command line. */
    int report(Throwable failure) {
        print(describe(failure), failure);
        return ExitCode.FAILURE;
    }

    private int usage(Exception exception, String message, String command) {
        String hint = message.contains("trilobit ") ? "" : "; see " + command + " --help";
        print(message + hint, exception);
        return ExitCode.USAGE;
    }

    private void print(String message, Throwable failure) {
        streams.out().flush();
        streams.note("trilobit: " + message.strip().replaceAll("\\s*\\R\\s*", " "));
        if (diagnostics.debug()) {
            var trace = new StringWriter();
            failure.printStackTrace(new PrintWriter(trace, true));
            streams.note(trace.toString().stripTrailing());
        }
    }

    private static String message(ParameterException exception) {
        String message = String.valueOf(exception.getMessage());
        if (exception instanceof UnmatchedArgumentException unmatched) {
            List<String> arguments = unmatched.getUnmatched();
            List<String> suggestions = unmatched.getSuggestions();
            if (unmatched.isUnknownOption()) {
                return "unknown option " + arguments.getFirst() + didYouMean(suggestions);
            }
            boolean noCommand = exception.getCommandLine().getParent() == null;
            return "%s '%s'%s"
                    .formatted(
                            noCommand ? "unknown command" : "unexpected argument",
                            arguments.getFirst(),
                            suggestions.isEmpty() && !noCommand
                                    ? " (quote a text of several words)"
                                    : didYouMean(suggestions));
        }
        return message;
    }

    private static String didYouMean(List<String> suggestions) {
        return suggestions.isEmpty()
                ? ""
                : " (did you mean %s?)".formatted(String.join(" or ", suggestions));
    }

    private static String describe(Throwable failure) {
        String message = String.valueOf(failure.getMessage());
        return switch (failure) {
            case CommandFailedException _,
                    BackendException _,
                    ModelFormatException _,
                    ConversionRefusedException _,
                    HubException _,
                    TemplateException _,
                    ContextOverflowException _ ->
                    message;
            case UncheckedIOException e -> describe(Objects.requireNonNull(e.getCause()));
            case FileSystemException e -> fileProblem(e);
            case IOException e -> "%s: %s".formatted(e.getClass().getSimpleName(), message);
            case OutOfMemoryError _ ->
                    "out of memory (%s); give more with TRILOBIT_JAVA_OPTS=-Xmx4g, or take a smaller"
                                    .formatted(message)
                            + " --context";
            default -> "internal error, please report it with the output of --debug: " + failure;
        };
    }

    /** The system's own words, where Java has a class instead. */
    private static String fileProblem(FileSystemException failure) {
        String reason =
                switch (failure) {
                    case AccessDeniedException _ -> "permission denied";
                    case NoSuchFileException _ -> "there is no such file";
                    case FileAlreadyExistsException _ -> "it is there already";
                    default -> failure.getReason() == null ? "failed" : failure.getReason();
                };
        return "%s: %s".formatted(failure.getFile(), reason);
    }
}
