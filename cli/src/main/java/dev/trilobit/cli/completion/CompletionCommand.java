package dev.trilobit.cli.completion;

import dev.trilobit.cli.io.ExitCode;
import dev.trilobit.cli.io.StandardStreams;
import java.util.concurrent.Callable;
import picocli.AutoComplete;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Prints a script that completes commands and options in a shell. */
@Command(
        description = "Prints a completion script; the same one serves bash and zsh.",
        sortOptions = false,
        footerHeading = "%nExamples:%n",
        footer = {
            "  source <(trilobit completion)                    # in ~/.bashrc or ~/.zshrc",
            "  trilobit completion > /etc/bash_completion.d/trilobit"
        })
public final class CompletionCommand implements Callable<Integer> {
    /** Shells the script serves. */
    enum Shell {
        bash,
        zsh
    }

    private final StandardStreams streams;

    @Spec private CommandSpec spec = CommandSpec.create();

    @Parameters(
            arity = "0..1",
            paramLabel = "SHELL",
            description = "One of ${COMPLETION-CANDIDATES}. Default: bash")
    private Shell shell = Shell.bash;

    /** Makes the command for {@code streams}. */
    public CompletionCommand(StandardStreams streams) {
        this.streams = streams;
    }

    @Override
    public Integer call() {
        streams.out().print(script(shell));
        return ExitCode.OK;
    }

    private String script(Shell wanted) {
        // The script asks which shell runs it, so that there is nothing to choose.
        return switch (wanted) {
            case bash, zsh -> AutoComplete.bash("trilobit", spec.root().commandLine());
        };
    }
}
