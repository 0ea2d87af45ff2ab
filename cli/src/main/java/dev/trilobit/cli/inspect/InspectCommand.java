package dev.trilobit.cli.inspect;

import dev.trilobit.cli.io.ExitCode;
import dev.trilobit.cli.io.Json;
import dev.trilobit.cli.io.StandardStreams;
import dev.trilobit.cli.io.UsageException;
import dev.trilobit.cli.load.I2sVerdict;
import dev.trilobit.cli.load.ModelOpener;
import dev.trilobit.cli.option.I2sArguments;
import dev.trilobit.model.ModelOptions;
import dev.trilobit.model.ModelReader;
import dev.trilobit.model.arch.DecoderModel;
import dev.trilobit.model.file.ModelFolder;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Tells what a model is, without running it. */
@Command(
        description = {
            "Describes a model without running it: sizes, how its weights are stored, its text"
                    + " rules, and how fast it can be at most."
        },
        sortOptions = false,
        footerHeading = "%nExamples:%n",
        footer = {
            "  trilobit inspect embedded:bitnet",
            "  trilobit inspect ~/models/bitnet-2b --tensors",
            "  trilobit inspect ggml-model-i2_s.gguf --metadata --bandwidth 153.6",
            "  trilobit inspect embedded:binary --json"
        })
public final class InspectCommand implements Callable<Integer> {
    private static final double MOST_BANDWIDTH = 1e9;

    private final StandardStreams streams;

    @Parameters(
            paramLabel = "PLACE",
            description =
                    "Folder or file of a model, OWNER/NAME[@REVISION][:FILE] that trilobit pull has"
                            + " fetched, embedded:bitnet or embedded:binary")
    private String place = "";

    @Option(
            names = "--tensors",
            description = "List every tensor of the files and every weight matrix made of them")
    private boolean tensors;

    @Option(names = "--metadata", description = "List the keys of the GGUF file, or of config.json")
    private boolean metadata;

    @Option(
            names = "--bandwidth",
            paramLabel = "GB/s",
            description = {
                "Memory bandwidth of your machine, for the tokens per second that no engine can"
                        + " exceed.",
                "Default: a table of typical machines"
            })
    private @Nullable Double bandwidth;

    @Mixin private I2sArguments i2s = new I2sArguments();

    @Option(names = "--json", description = "Print one JSON object")
    private boolean json;

    /** Makes the command for {@code streams}. */
    public InspectCommand(StandardStreams streams) {
        this.streams = streams;
    }

    @Override
    public Integer call() {
        if (bandwidth != null && !(bandwidth > 0 && bandwidth < MOST_BANDWIDTH)) {
            throw new UsageException(
                    "--bandwidth: expected gigabytes a second above 0, got " + bandwidth);
        }
        try (ModelFolder folder = ModelOpener.folder("PLACE", place)) {
            I2sVerdict layout =
                    ModelOpener.layout(folder, i2s.apply(ModelOptions.defaults()), streams);
            DecoderModel model = ModelReader.read(folder, layout.options());
            var description = new ModelDescription(folder, model, details(), layout);
            if (json) {
                Json.print(streams, description.object());
            } else {
                description.print(streams);
            }
        }
        return ExitCode.OK;
    }

    private ModelDescription.Details details() {
        return new ModelDescription.Details(tensors, metadata, bandwidth == null ? 0 : bandwidth);
    }
}
