package dev.trilobit.cli.synth;

import dev.trilobit.cli.convert.ConversionProgress;
import dev.trilobit.cli.convert.ConversionText;
import dev.trilobit.cli.io.ExitCode;
import dev.trilobit.cli.io.Json;
import dev.trilobit.cli.io.StandardStreams;
import dev.trilobit.cli.io.UsageException;
import dev.trilobit.cli.load.ModelOpener;
import dev.trilobit.cli.option.ConversionArguments;
import dev.trilobit.cli.option.Positive;
import dev.trilobit.model.convert.ConversionOptions;
import dev.trilobit.model.convert.ConversionReport;
import dev.trilobit.model.convert.ModelShape;
import dev.trilobit.model.convert.SyntheticModel;
import dev.trilobit.model.file.ModelFolder;
import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Writes a model of a published one's sizes with random weights. */
@Command(
        description = {
            "Writes a model with the sizes of a published one and random weights: for benchmarks"
                    + " and tests without downloads. It runs and writes nonsense. The same options"
                    + " give the same bytes. Sizes are those of the published configuration; where"
                    + " they were chosen, as of Falcon-E, the output says so."
        },
        sortOptions = false,
        footerHeading = "%nShapes:%n",
        footer = {
            "  bitnet-2b       microsoft/bitnet-b1.58-2B-4T",
            "  bitnet-3b       1bitLLM/bitnet_b1_58-3B (3200 wide: no blocks of 256)",
            "  bitnet-large    1bitLLM/bitnet_b1_58-large",
            "  bonsai-1.7b bonsai-4b bonsai-8b   prism-ml's Bonsai and Ternary-Bonsai",
            "  falcon-e-1b falcon-e-3b           tiiuae's Falcon-E (widths chosen to fit the file"
                    + " sizes)",
            "  llama3-8b-1.58  HF1BitLLM/Llama3-8B-1.58",
            "Formats (--type) are those of trilobit convert --to, each with its prefix: gguf-i2_s,",
            "gguf-q1_0, mlx-2bit, hf-bitnet; trilobit convert --help lists them all.",
            "",
            "Examples:",
            "  trilobit synth --shape bitnet-2b --type gguf-i2_s --head q6_k bitnet-2b.gguf",
            "  trilobit synth --shape bonsai-8b --type mlx-1bit bonsai-8b",
            "  trilobit synth --shape bitnet-2b --layers 2 --type hf-bitnet --tokenizer llama3 tiny"
        })
public final class SynthCommand implements Callable<Integer> {
    private final StandardStreams streams;

    @Parameters(
            paramLabel = "OUT",
            description = "What to write: the name of a .gguf file, or of a folder")
    private Path out = Path.of("");

    @Option(
            names = "--shape",
            required = true,
            paramLabel = "NAME",
            description = "Whose sizes; see below")
    private String shape = "";

    @Option(
            names = "--type",
            required = true,
            paramLabel = "FORMAT",
            description =
                    "Kind of file and how its linear layers are stored, by the name that"
                            + " trilobit convert --to takes, such as gguf-i2_s; see below")
    private String type = "";

    @Mixin private ConversionArguments arguments = new ConversionArguments();

    @Option(names = "--layers", paramLabel = "N", description = "Fewer or more decoder layers")
    private @Nullable Integer layers;

    @Option(names = "--vocab", paramLabel = "N", description = "Fewer or more token ids")
    private @Nullable Integer vocabulary;

    @Option(names = "--seed", paramLabel = "N", description = "Other random numbers; default: 0")
    private long seed;

    @Option(
            names = "--tokenizer",
            paramLabel = "PLACE",
            description = "Take the tokenizer of this model; without one it runs on ids alone")
    private @Nullable String tokenizer;

    @Option(names = "--json", description = "Print one JSON object")
    private boolean json;

    /** Makes the command for {@code streams}. */
    public SynthCommand(StandardStreams streams) {
        this.streams = streams;
    }

    @Override
    public Integer call() throws IOException {
        ConversionOptions options = arguments.options(type);
        SyntheticModel model = model();
        arguments.requirePlace(out, options);
        var text = new ConversionText(write(model, options), ConversionText.Origin.RANDOM);
        if (json) {
            Json.print(streams, text.object());
        } else {
            text.print(streams);
        }
        return ExitCode.OK;
    }

    private SyntheticModel model() {
        SyntheticModel model;
        try {
            model = SyntheticModel.of(ModelShape.of(shape)).withSeed(seed);
        } catch (IllegalArgumentException e) {
            throw new UsageException("--shape: " + e.getMessage(), e);
        }
        model = layers == null ? model : model.withLayers(Positive.require("--layers", layers));
        return vocabulary == null
                ? model
                : model.withVocabulary(Positive.require("--vocab", vocabulary));
    }

    private ConversionReport write(SyntheticModel model, ConversionOptions options)
            throws IOException {
        try (var progress = new ConversionProgress("synthetic " + shape, streams)) {
            if (tokenizer == null) {
                return model.write(out, options, progress);
            }
            try (ModelFolder folder = ModelOpener.folder("--tokenizer", tokenizer)) {
                return model.write(out, options, progress, folder);
            }
        }
    }
}
