package dev.trilobit.cli.logits;

import dev.trilobit.cli.io.ExitCode;
import dev.trilobit.cli.io.StandardStreams;
import dev.trilobit.cli.io.UsageException;
import dev.trilobit.cli.option.ModelArguments;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Writes the scores of given tokens to a file, to compare with other programs. */
@Command(
        description = {
            "Runs token ids through the model and writes its scores for the next token after each:",
            "float32, little-endian, [tokens, vocabulary]. To compare with other programs."
        },
        sortOptions = false,
        footerHeading = "%nExamples:%n",
        footer = {
            "  trilobit logits --tokens 0,448,461 --out logits.bin",
            "  python3 -c \"import numpy; print(numpy.fromfile('logits.bin',"
                    + " '<f4').reshape(3, -1).argmax(1))\""
        })
public final class LogitsCommand implements Callable<Integer> {
    private final StandardStreams streams;

    @Mixin private ModelArguments model = new ModelArguments();

    @Option(
            names = "--tokens",
            required = true,
            paramLabel = "ID,ID,...",
            description = "Token ids, from the beginning of the text")
    private String tokens = "";

    @Option(
            names = {"-o", "--out"},
            required = true,
            paramLabel = "FILE",
            description = "File to write; replaced if it is there")
    private Path out = Path.of("");

    /** Makes the command for {@code streams}. */
    public LogitsCommand(StandardStreams streams) {
        this.streams = streams;
    }

    @Override
    public Integer call() {
        int[] ids = TokenList.parse(tokens);
        if (Files.isDirectory(out)) {
            throw new UsageException("--out: %s is a folder, expected a file".formatted(out));
        }
        Path folder = out.toAbsolutePath().getParent();
        if (folder == null || !Files.isDirectory(folder)) {
            throw new UsageException("--out: there is no folder %s".formatted(folder));
        }
        try (var decoder = LogitsDecoder.open(model, ids, streams)) {
            LogitsFile.write(out, ids, decoder.session());
            streams.note(
                    "%s: float32 little-endian [%d, %d]"
                            .formatted(out, ids.length, decoder.vocabulary()));
            return ExitCode.OK;
        }
    }
}
