package dev.trilobit.cli.chat;

import dev.trilobit.cli.io.ExitCode;
import dev.trilobit.cli.io.StandardStream;
import dev.trilobit.cli.io.StandardStreams;
import dev.trilobit.cli.load.ModelOpener;
import dev.trilobit.cli.option.ModelArguments;
import dev.trilobit.cli.option.SamplingArguments;
import dev.trilobit.model.ChatSession;
import dev.trilobit.model.GenerationOptions;
import dev.trilobit.model.LanguageModel;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** Holds a conversation. */
@Command(
        description = {
            "Talks with a model. Type a message and press Enter; /help lists the commands.",
            "The conversation goes on until Ctrl-D; Ctrl-C stops an answer."
        },
        sortOptions = false,
        footerHeading = "%nExamples:%n",
        footer = {
            "  trilobit chat --model ~/models/bitnet-2b",
            "  trilobit chat --temperature 0.3 --max-tokens 500",
            "  printf 'Once\\n/stats\\n' | trilobit chat     # messages from a pipe"
        })
public final class ChatCommand implements Callable<Integer> {
    private final StandardStreams streams;

    @Mixin private ModelArguments model = new ModelArguments();

    @Mixin private SamplingArguments sampling = new SamplingArguments();

    /** Makes the command for {@code streams}. */
    public ChatCommand(StandardStreams streams) {
        this.streams = streams;
    }

    @Override
    public Integer call() {
        GenerationOptions options = sampling.generationOptions();
        try (LanguageModel opened = ModelOpener.open(model, streams);
                ChatSession chat = opened.newChat();
                ChatInput input = input()) {
            SamplingArguments.requireKnown(options, opened.info().config().vocabulary());
            new ChatLoop(opened, chat, input, options, streams).run();
        }
        return ExitCode.OK;
    }

    private ChatInput input() {
        boolean person =
                streams.isTerminal(StandardStream.IN) && streams.isTerminal(StandardStream.OUT);
        return person
                ? TerminalInput.open(HistoryFile.find(), streams)
                : new PipedInput(streams.in());
    }
}
