package dev.trilobit.cli;

import dev.trilobit.cli.option.DiagnosticArguments;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ScopeType;
import picocli.CommandLine.Spec;

/** The program without a command. */
@Command(
        name = "trilobit",
        description = "Runs 1-bit and ternary language models on the JVM.",
        versionProvider = BuildVersion.class,
        mixinStandardHelpOptions = true,
        scope = ScopeType.INHERIT,
        sortOptions = false,
        usageHelpAutoWidth = true,
        synopsisSubcommandLabel = "COMMAND",
        footerHeading = "%nExamples:%n",
        footer = {
            "  trilobit run \"Once upon a time\"",
            "  echo \"Tom and Lily went to the park\" | trilobit run --seed 7 > story.txt",
            "  trilobit chat --model embedded:binary",
            "  trilobit pull microsoft/bitnet-b1.58-2B-4T",
            "  trilobit backends",
            "",
            "Exit codes: 0 done, 1 failed, 2 the command line is wrong, 130 stopped by Ctrl-C.",
            "The environment variable TRILOBIT_BACKEND chooses a backend where --backend does not;",
            "TRILOBIT_CLASS_PATH adds jars or folders with backends of your own."
        })
final class RootCommand implements Runnable {
    @Spec private CommandSpec spec = CommandSpec.create();

    @Mixin private DiagnosticArguments diagnostics = new DiagnosticArguments();

    DiagnosticArguments diagnostics() {
        return diagnostics;
    }

    @Override
    public void run() {
        throw new ParameterException(
                spec.commandLine(),
                "no command; one of %s"
                        .formatted(
                                String.join(", ", spec.commandLine().getSubcommands().keySet())));
    }
}
