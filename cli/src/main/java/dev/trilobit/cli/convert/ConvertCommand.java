package dev.trilobit.cli.convert;

import dev.trilobit.cli.io.ExitCode;
import dev.trilobit.cli.io.Json;
import dev.trilobit.cli.io.StandardStreams;
import dev.trilobit.cli.load.ModelOpener;
import dev.trilobit.cli.option.ConversionArguments;
import dev.trilobit.cli.option.I2sArguments;
import dev.trilobit.model.ModelOptions;
import dev.trilobit.model.arch.DecoderModel;
import dev.trilobit.model.convert.ConversionOptions;
import dev.trilobit.model.convert.ConversionReport;
import dev.trilobit.model.convert.ModelConverter;
import dev.trilobit.model.file.ModelFolder;
import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Writes a model in another format. */
@Command(
        description = {
            "Writes a model in another format: GGUF, an MLX folder or a Hugging Face folder.",
            "Every number is kept exactly, and what layers do to their input, or the conversion is"
                    + " refused with the tensor and the reason; --quantize allows rounding. The result"
                    + " is opened again and all numbers of both are compared before it gets its name. A"
                    + " run that fails or is stopped leaves nothing."
        },
        sortOptions = false,
        footerHeading = "%nFormats:%n",
        footer = {
            "  gguf-q1_0             1 bit: 1-bit Bonsai",
            "  gguf-q2_0             ternary, a scale of 64 weights: ternary Bonsai, any BitNet",
            "  gguf-tq1_0 gguf-tq2_0 ternary, a scale of 256: BitNet in llama.cpp",
            "  gguf-i2_s             ternary, one scale a tensor: BitNet in bitnet.cpp",
            "  gguf-pq2_0 gguf-ptq1_0  ternary, a scale of 128: PrismML's fork of llama.cpp",
            "  gguf-q8_0 gguf-q6_k gguf-q5_0 gguf-q4_0 gguf-q4_1 gguf-q4_k  8 to 4 bits",
            "  gguf-f16 gguf-bf16 gguf-f32  decoded",
            "  mlx-1bit mlx-2bit mlx-3bit mlx-4bit mlx-5bit mlx-6bit mlx-8bit  a folder for mlx-lm",
            "  hf-bitnet             packed BitNet for transformers",
            "  hf-bf16 hf-f16 hf-f32 decoded",
            "",
            "Examples:",
            "  trilobit convert embedded:bitnet stories.gguf --to gguf-q2_0",
            "  trilobit convert bitnet-2b-bf16 bitnet-2b.gguf --to gguf-i2_s --embedding q6_k",
            "  trilobit convert Bonsai-8B-Q1_0.gguf bonsai-mlx --to mlx-1bit",
            "  trilobit convert SmolLM2-135M smol-mlx --to mlx-4bit --quantize",
        })
public final class ConvertCommand implements Callable<Integer> {
    private final StandardStreams streams;

    @Parameters(
            index = "0",
            paramLabel = "IN",
            description = "Folder of a model, a .gguf file, embedded:bitnet or embedded:binary")
    private String in = "";

    @Parameters(
            index = "1",
            paramLabel = "OUT",
            description = {
                "What to write: the name of a .gguf file, or of a folder for MLX, Hugging Face and"
                        + " GGUF in shards"
            })
    private Path out = Path.of("");

    @Option(
            names = "--to",
            required = true,
            paramLabel = "FORMAT",
            description = "Kind of file and how its linear layers are stored; see below")
    private String format = "";

    @Mixin private ConversionArguments arguments = new ConversionArguments();

    @Option(
            names = "--quantize",
            description = {
                "Round what the format cannot hold: BitNet's absmean for ternary, MLX's and ggml's"
                        + " own rules for the rest. Says how much changed."
            })
    private boolean quantize;

    @Option(
            names = "--allow-other-activations",
            description = {
                "Write it even if layers come to round their input to int8 where they took floats,"
                        + " or the other way round: that goes with the kind of file, keeps every"
                        + " weight and changes logits. Without this or --quantize it is refused."
            })
    private boolean otherActivations;

    @Mixin private I2sArguments i2s = new I2sArguments();

    @Option(names = "--json", description = "Print one JSON object")
    private boolean json;

    /** Makes the command for {@code streams}. */
    public ConvertCommand(StandardStreams streams) {
        this.streams = streams;
    }

    @Override
    public Integer call() throws IOException {
        ConversionOptions options =
                arguments
                        .options(format)
                        .withNumbers(
                                quantize
                                        ? ConversionOptions.Numbers.QUANTIZED
                                        : ConversionOptions.Numbers.EXACT)
                        .withActivations(
                                otherActivations
                                        ? ConversionOptions.Activations.ANY
                                        : ConversionOptions.Activations.KEPT);
        arguments.requirePlace(out, options);
        ConversionReport report;
        try (ModelFolder folder = ModelOpener.folder("IN", in);
                var progress = new ConversionProgress(folder.label(), streams)) {
            DecoderModel model =
                    ModelOpener.decoder(folder, i2s.apply(ModelOptions.defaults()), streams);
            report = ModelConverter.convert(folder, model, out, options, progress);
        }
        var text = new ConversionText(report, ConversionText.Origin.MODEL);
        if (json) {
            Json.print(streams, text.object());
        } else {
            text.print(streams);
        }
        return ExitCode.OK;
    }
}
