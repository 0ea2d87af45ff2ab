package dev.trilobit.cli.perplexity;

import dev.trilobit.cli.io.ExitCode;
import dev.trilobit.cli.io.Json;
import dev.trilobit.cli.io.PerplexityText;
import dev.trilobit.cli.io.ProgressBar;
import dev.trilobit.cli.io.StandardStreams;
import dev.trilobit.cli.io.TokenCount;
import dev.trilobit.cli.io.UsageException;
import dev.trilobit.cli.load.DecoderFiles;
import dev.trilobit.cli.load.ModelLogits;
import dev.trilobit.cli.option.EngineArguments;
import dev.trilobit.cli.option.ModelPlace;
import dev.trilobit.cli.option.Positive;
import dev.trilobit.cli.text.TextFile;
import dev.trilobit.cli.text.TokenizedText;
import dev.trilobit.conformance.metric.Perplexity;
import dev.trilobit.model.ModelOptions;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Tells how well a model predicts a text. */
@Command(
        description = {
            "Tells how well a model predicts a text: 1 would be without a doubt, the size of the"
                    + " vocabulary is pure guessing.",
            "Counts as llama.cpp's perplexity tool does: the text is cut into chunks, each is run by"
                    + " itself from the model's start token on, and the second half of each is"
                    + " scored. With --stride, windows that overlap, and the last STRIDE tokens of"
                    + " each. Only figures with the same chunk and stride can be compared.",
            "llama.cpp with a stride prints no standard error, and raises its -c first: --chunk must"
                    + " be the 'calculation chunk' that it prints."
        },
        sortOptions = false,
        footerHeading = "%nExamples:%n",
        footer = {
            "  trilobit perplexity --text stories.txt",
            "  trilobit perplexity --model ~/models/bitnet-2b --text wiki.raw --chunks 20",
            "  trilobit perplexity --text stories.txt --chunk 256 --stride 64",
            "  trilobit perplexity --text stories.txt --oracle --json   # in float64"
        })
public final class PerplexityCommand implements Callable<Integer> {
    private static final int DEFAULT_CHUNK = 512;
    private static final int STEP_TOKENS = 128;

    private final StandardStreams streams;

    @Mixin private ModelPlace model = new ModelPlace();

    @Option(
            names = "--text",
            required = true,
            paramLabel = "FILE",
            description = "UTF-8 text to score; standard input if it is -")
    private String text = "";

    @Option(
            names = "--chunk",
            paramLabel = "TOKENS",
            description =
                    "Tokens of a chunk. Default: what the model was made for, up to "
                            + DEFAULT_CHUNK)
    private @Nullable Integer chunk;

    @Option(
            names = "--chunks",
            paramLabel = "N",
            description = "Most chunks to score. Default: all")
    private int chunks = Integer.MAX_VALUE;

    @Option(
            names = "--stride",
            paramLabel = "TOKENS",
            description = "Let chunks overlap: each begins this many tokens after the one before")
    private @Nullable Integer stride;

    @Mixin private EngineArguments engine = new EngineArguments();

    @Option(names = "--json", description = "Print one JSON object")
    private boolean json;

    /** Makes the command for {@code streams}. */
    public PerplexityCommand(StandardStreams streams) {
        this.streams = streams;
    }

    @Override
    public Integer call() {
        ModelOptions options = engine.modelOptions();
        Positive.require("--chunks", chunks);
        String given = TextFile.read("--text", text, streams);
        try (DecoderFiles files =
                DecoderFiles.open(ModelPlace.OPTION, model.place(), options, streams)) {
            Counting counting = counting(files);
            TokenizedText tokens = TokenizedText.of(given, files);
            List<int[]> sequences = counting.sequences(tokens, chunks);
            ModelOptions sized = options.withMaxContextTokens(counting.chunkTokens());
            try (var logits = ModelLogits.open(files, engine, sized, STEP_TOKENS, streams)) {
                long start = System.nanoTime();
                Perplexity score = score(logits, sequences, counting);
                double seconds = (System.nanoTime() - start) / 1e9;
                if (json) {
                    Map<String, Object> object = object(score, counting, sequences.size());
                    object.put("text_tokens", tokens.size());
                    object.put("model", files.label());
                    object.put("backend", logits.engine());
                    object.put("seconds", seconds);
                    Json.print(streams, object);
                } else {
                    print(score, counting.text(sequences.size()));
                    streams.note(String.format(Locale.ROOT, "%s, %.1f s", logits.label(), seconds));
                }
            }
        }
        return ExitCode.OK;
    }

    private Counting counting(DecoderFiles files) {
        int own = files.model().config().maxContextTokens();
        int tokens =
                chunk == null ? Math.min(own, DEFAULT_CHUNK) : Positive.require("--chunk", chunk);
        if (tokens > own) {
            throw new UsageException(
                    "--chunk: %s was made for at most %d tokens, got %d"
                            .formatted(files.label(), own, tokens));
        }
        return new Counting(tokens, stride == null ? 0 : Positive.require("--stride", stride));
    }

    private Perplexity score(ModelLogits logits, List<int[]> sequences, Counting counting) {
        try (var progress = ProgressBar.tokens("scoring", streams)) {
            return new TextScore(logits, counting.firstScored(), progress).of(sequences);
        }
    }

    private void print(Perplexity score, String scored) {
        streams.out()
                .println(
                        String.format(
                                Locale.ROOT,
                                "perplexity %s, %s scored in %s",
                                PerplexityText.of(score),
                                TokenCount.text(score.tokens()),
                                scored));
    }

    private static Map<String, Object> object(Perplexity score, Counting counting, int chunks) {
        Map<String, Object> object = new LinkedHashMap<>();
        object.put("perplexity", score.value());
        if (PerplexityText.hasError(score)) {
            object.put("standard_error", score.standardError());
        }
        object.put("nats_per_token", score.meanLoss());
        object.put("tokens_scored", score.tokens());
        object.put("chunks", chunks);
        object.put("chunk_tokens", counting.chunkTokens());
        if (counting.stride() > 0) {
            object.put("stride", counting.stride());
        }
        return object;
    }
}
