package dev.trilobit.cli.logits;

import dev.trilobit.cli.io.ExitCode;
import dev.trilobit.cli.io.ProgressBar;
import dev.trilobit.cli.io.StandardStreams;
import dev.trilobit.cli.io.UsageException;
import dev.trilobit.cli.load.DecoderFiles;
import dev.trilobit.cli.load.ModelLogits;
import dev.trilobit.cli.option.EngineArguments;
import dev.trilobit.cli.option.ModelPlace;
import dev.trilobit.cli.option.Positive;
import dev.trilobit.cli.text.TokenList;
import dev.trilobit.model.ModelOptions;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
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
            "  trilobit logits --tokens 0,448,461 --out float64.bin --oracle",
            "  python3 -c \"import numpy; print(numpy.fromfile('logits.bin',"
                    + " '<f4').reshape(3, -1).argmax(1))\""
        })
public final class LogitsCommand implements Callable<Integer> {
    /** As in decoding, whose logits these are. */
    private static final int TOKENS_PER_STEP = 1;

    private final StandardStreams streams;

    @Mixin private ModelPlace model = new ModelPlace();

    @Mixin private EngineArguments engine = new EngineArguments();

    @Option(
            names = "--context",
            paramLabel = "TOKENS",
            description = "Refuse more tokens than this. Default: what the model was made for")
    private @Nullable Integer context;

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
        int[] ids = TokenList.parse("--tokens", tokens);
        ModelOptions options = options();
        requireWritable();
        try (DecoderFiles files =
                DecoderFiles.open(ModelPlace.OPTION, model.place(), options, streams)) {
            TokenList.requireBelow("--tokens", files.vocabulary(), ids);
            int most = files.contextTokens(options);
            if (ids.length > most) {
                throw new UsageException(
                        "--tokens: %d ids, the context holds %d".formatted(ids.length, most));
            }
            ModelOptions sized = options.withMaxContextTokens(ids.length);
            try (var logits = ModelLogits.open(files, engine, sized, TOKENS_PER_STEP, streams)) {
                write(ids, logits);
            }
            streams.note(
                    "%s: float32 little-endian [%d, %d]"
                            .formatted(out, ids.length, files.vocabulary()));
            return ExitCode.OK;
        }
    }

    private ModelOptions options() {
        ModelOptions options = engine.modelOptions();
        return context == null
                ? options
                : options.withMaxContextTokens(Positive.require("--context", context));
    }

    private void requireWritable() {
        if (Files.isDirectory(out)) {
            throw new UsageException("--out: %s is a folder, expected a file".formatted(out));
        }
        Path folder = out.toAbsolutePath().getParent();
        if (folder == null || !Files.isDirectory(folder)) {
            throw new UsageException("--out: there is no folder %s".formatted(folder));
        }
    }

    private void write(int[] ids, ModelLogits logits) {
        try (var progress = ProgressBar.tokens("scoring", streams)) {
            LogitsFile.write(out, ids, logits, progress);
        }
    }
}
