package dev.trilobit.cli.inspect;

import dev.trilobit.cli.io.ExitCode;
import dev.trilobit.cli.io.Json;
import dev.trilobit.cli.io.StandardStreams;
import dev.trilobit.cli.load.ModelOpener;
import dev.trilobit.model.arch.DecoderModel;
import dev.trilobit.model.arch.DecoderModels;
import dev.trilobit.model.file.ModelFolder;
import dev.trilobit.model.text.TextCodec;
import java.lang.foreign.Arena;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Tells what a model is, without running it. */
@Command(
        description = {
            "Describes a model without running it: sizes, how its weights are stored, its text"
                    + " rules."
        },
        sortOptions = false,
        footerHeading = "%nExamples:%n",
        footer = {
            "  trilobit inspect embedded:bitnet",
            "  trilobit inspect ~/models/bitnet-2b --tensors",
            "  trilobit inspect embedded:binary --json"
        })
public final class InspectCommand implements Callable<Integer> {
    private final StandardStreams streams;

    @Parameters(
            paramLabel = "PLACE",
            description = "Folder of a model, embedded:bitnet or embedded:binary")
    private String place = "";

    @Option(names = "--tensors", description = "List every weight matrix")
    private boolean tensors;

    @Option(names = "--json", description = "Print one JSON object")
    private boolean json;

    /** Makes the command for {@code streams}. */
    public InspectCommand(StandardStreams streams) {
        this.streams = streams;
    }

    @Override
    public Integer call() {
        try (ModelFolder folder = ModelOpener.folder("PLACE", place);
                Arena arena = Arena.ofShared();
                TextCodec text = ModelOpener.text(folder)) {
            DecoderModel model = DecoderModels.open(folder, arena);
            var description = new ModelDescription(folder, model, text, tensors);
            if (json) {
                Json.print(streams, description.object());
            } else {
                description.print(streams);
            }
        }
        return ExitCode.OK;
    }
}
