package dev.trilobit.cli.run;

import dev.trilobit.cli.io.CommandFailedException;
import dev.trilobit.cli.io.ExitCode;
import dev.trilobit.cli.io.StandardStream;
import dev.trilobit.cli.io.StandardStreams;
import dev.trilobit.cli.load.ModelOpener;
import dev.trilobit.cli.option.ModelArguments;
import dev.trilobit.cli.option.SamplingArguments;
import dev.trilobit.model.GenerationListener;
import dev.trilobit.model.GenerationOptions;
import dev.trilobit.model.GenerationResult;
import dev.trilobit.model.LanguageModel;
import dev.trilobit.model.StopReason;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Continues one prompt. */
@Command(
        description = {
            "Continues a prompt and prints what the model writes.",
            "The text goes to standard output and everything else to standard error, so that the"
                    + " output can be piped."
        },
        sortOptions = false,
        footerHeading = "%nExamples:%n",
        footer = {
            "  trilobit run \"Once upon a time\"",
            "  trilobit run --temperature 0 --max-tokens 50 \"Tom and Lily\"   # repeatable",
            "  cat beginning.txt | trilobit run --stop \"The end\" > story.txt",
            "  trilobit run --json --seed 7 \"Once\"   # for programs",
            "  trilobit run --model ~/models/bitnet --threads 4 \"Dear\""
        })
public final class RunCommand implements Callable<Integer> {
    private final StandardStreams streams;

    @Parameters(
            arity = "0..1",
            paramLabel = "PROMPT",
            description = "Text to continue; standard input if it is - or absent")
    private @Nullable String prompt;

    @Mixin private ModelArguments model = new ModelArguments();

    @Mixin private SamplingArguments sampling = new SamplingArguments();

    @Option(
            names = "--json",
            description = "Print one JSON object with text, tokens, stop reason and figures")
    private boolean json;

    @Option(names = "--stats", description = "Print more figures at the end")
    private boolean stats;

    /** Makes the command for {@code streams}. */
    public RunCommand(StandardStreams streams) {
        this.streams = streams;
    }

    @Override
    public Integer call() {
        GenerationOptions options = sampling.generationOptions();
        String text = PromptSource.read(prompt, streams);
        var clock = new RunClock();
        try (LanguageModel opened = ModelOpener.open(model, streams)) {
            clock.loaded();
            SamplingArguments.requireKnown(options, opened.info().config().vocabulary());
            echo(text);
            GenerationResult result = generate(opened, text, options, clock);
            var report = new RunReport(opened, options.sampling().seed(), result, clock);
            if (json) {
                report.printJson(streams);
            } else {
                streams.out().println();
                streams.out().flush();
                report.printFigures(streams, stats);
            }
            return result.reason() == StopReason.CANCELLED ? ExitCode.FAILURE : ExitCode.OK;
        }
    }

    private GenerationResult generate(
            LanguageModel opened, String text, GenerationOptions options, RunClock clock) {
        try {
            return opened.generate(text, options, listener(clock));
        } catch (IllegalStateException e) {
            // No token is left to choose from.
            throw new CommandFailedException(String.valueOf(e.getMessage()), e);
        }
    }

    /** Shows a person the beginning that the text goes on from; a pipe gets the new text alone. */
    private void echo(String text) {
        if (!json
                && streams.isTerminal(StandardStream.OUT)
                && streams.isTerminal(StandardStream.ERR)) {
            streams.err().print(text);
            streams.err().flush();
        }
    }

    /** Prints pieces as they come; stops when nobody reads them any more. */
    private GenerationListener listener(RunClock clock) {
        return piece -> {
            clock.heard();
            if (json) {
                return true;
            }
            streams.out().print(piece);
            return !streams.out().checkError();
        };
    }
}
