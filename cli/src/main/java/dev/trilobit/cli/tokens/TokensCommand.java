package dev.trilobit.cli.tokens;

import dev.trilobit.cli.io.CommandFailedException;
import dev.trilobit.cli.io.ExitCode;
import dev.trilobit.cli.io.StandardStreams;
import dev.trilobit.cli.io.TokenCount;
import dev.trilobit.cli.io.UsageException;
import dev.trilobit.cli.load.ModelOpener;
import dev.trilobit.cli.option.ModelPlace;
import dev.trilobit.cli.text.TextFile;
import dev.trilobit.model.file.ModelFolder;
import dev.trilobit.model.text.ChatMessage;
import dev.trilobit.model.text.ChatTemplate;
import dev.trilobit.model.text.TextCodec;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Tells as which token ids a model reads a text. */
@Command(
        description = {
            "Prints the token ids of a text as the model reads it, the start token in front if the"
                    + " model wants one: one line, as 'trilobit logits' takes it.",
            "Strings in the text that look like special tokens stay text."
        },
        sortOptions = false,
        footerHeading = "%nExamples:%n",
        footer = {
            "  trilobit tokens \"Once upon a time\"",
            "  trilobit tokens --model ~/models/bitnet-2b --chat \"What is a trilobite?\"",
            "  trilobit tokens --model model.gguf --text story.txt",
            "  trilobit logits --tokens $(trilobit tokens \"Once\") --out logits.bin"
        })
public final class TokensCommand implements Callable<Integer> {
    private final StandardStreams streams;

    @Parameters(arity = "0..1", paramLabel = "TEXT", description = "Text to encode")
    private @Nullable String words;

    @Mixin private ModelPlace model = new ModelPlace();

    @Option(
            names = "--text",
            paramLabel = "FILE",
            description = "UTF-8 text to encode instead; standard input if it is -")
    private @Nullable String file;

    @Option(
            names = "--chat",
            description =
                    "Encode a conversation by the model's chat template: the text is the user's first"
                            + " message, the model's answer comes next")
    private boolean chat;

    /** Makes the command for {@code streams}. */
    public TokensCommand(StandardStreams streams) {
        this.streams = streams;
    }

    @Override
    public Integer call() {
        String text = text();
        try (ModelFolder folder = ModelOpener.folder(ModelPlace.OPTION, model.place());
                TextCodec codec = ModelOpener.text(folder)) {
            int[] ids = chat ? chat(folder, codec, text) : codec.encodePrompt(text);
            streams.out()
                    .println(
                            Arrays.stream(ids)
                                    .mapToObj(String::valueOf)
                                    .collect(Collectors.joining(",")));
            streams.note("%s: %s".formatted(folder.label(), TokenCount.text(ids.length)));
        }
        return ExitCode.OK;
    }

    private String text() {
        if (words != null && file != null) {
            throw new UsageException("--text: the text is given already; leave one of them out");
        }
        if (words != null) {
            return words;
        }
        if (file == null) {
            throw new UsageException("no text; give one, or a file with --text");
        }
        return TextFile.read("--text", file, streams);
    }

    private static int[] chat(ModelFolder folder, TextCodec codec, String text) {
        ChatTemplate template =
                codec.chatTemplate()
                        .orElseThrow(
                                () ->
                                        new CommandFailedException(
                                                "--chat: %s has no chat template"
                                                        .formatted(folder.label())));
        return template.encode(codec.tokenizer(), List.of(ChatMessage.user(text)));
    }
}
