package dev.trilobit.cli.bench;

import dev.trilobit.cli.bench.measure.BenchEngine;
import dev.trilobit.cli.bench.measure.CountList;
import dev.trilobit.cli.bench.measure.PeakRestart;
import dev.trilobit.cli.bench.measure.Provenance;
import dev.trilobit.cli.bench.measure.ReadLoop;
import dev.trilobit.cli.bench.plot.SvgFile;
import dev.trilobit.cli.bench.table.ReportFormat;
import dev.trilobit.cli.io.CommandFailedException;
import dev.trilobit.cli.io.ExitCode;
import dev.trilobit.cli.io.ProgressBar;
import dev.trilobit.cli.io.StandardStreams;
import dev.trilobit.cli.io.UsageException;
import dev.trilobit.cli.load.DecoderFiles;
import dev.trilobit.cli.option.ActivationArguments;
import dev.trilobit.cli.option.I2sArguments;
import dev.trilobit.cli.option.ModelPlace;
import dev.trilobit.cli.option.Positive;
import dev.trilobit.model.CompiledDecoder;
import dev.trilobit.model.ModelOptions;
import dev.trilobit.model.arch.ModelSummary;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Measures how fast a model is here, and how near that is to what the memory allows. */
@Command(
        description = {
            "Times a model as llama-bench does: pp is a prompt, tg are tokens one by one, step is a"
                    + " verify step of a few tokens with the logits of each. Tokens are random and"
                    + " no tokenizer is loaded.",
            "Each row has the bytes that a step reads and the share of the bandwidth that a plain"
                    + " read loop reached in the same run. The logits that the timed tests ended"
                    + " with are compared with the conformance runner's; leaves with 1 if they"
                    + " differ on a backend that promises otherwise."
        },
        sortOptions = false,
        footerHeading = "%nExamples:%n",
        footer = {
            "  trilobit bench --model 2b.gguf --threads 1,2",
            "  trilobit bench --model 2b.gguf --prompt-tokens 0 --depth 0,512,1024,2048,4096 \\",
            "      --plot 2b.svg                              # decoding by context, and a"
                    + " roofline",
            "  trilobit bench --model 2b.gguf --prompt-tokens 0 --gen-tokens 0 --step-tokens"
                    + " 1,2,4,8",
            "  trilobit bench --repetitions 9 --format json > figures.json",
            "  trilobit bench kernels --bits 1,ternary --m 1  # single matrices: see its --help"
        })
public final class BenchCommand implements Callable<Integer> {
    private final StandardStreams streams;

    @Spec private CommandSpec spec = CommandSpec.create();

    @Mixin private ModelPlace model = new ModelPlace();

    @Option(
            names = {"-p", "--prompt-tokens"},
            paramLabel = "N[,N...]",
            description = "Sizes of prompts; 0 for none. Default: 512")
    private String promptTokens = "512";

    @Option(
            names = {"-n", "--gen-tokens"},
            paramLabel = "N[,N...]",
            description = "Numbers of tokens to generate; 0 for none. Default: 128")
    private String genTokens = "128";

    @Option(
            names = "--step-tokens",
            paramLabel = "N[,N...]",
            description = "Sizes of verify steps, such as 1,2,4,8; 0 for none. Default: 0")
    private String stepTokens = "0";

    @Option(
            names = {"-d", "--depth"},
            paramLabel = "N[,N...]",
            description = "Tokens in the context before each test. Default: 0")
    private String depths = "0";

    @Mixin private BenchEngine engine = new BenchEngine();

    @Option(
            names = "--kv-type",
            paramLabel = "TYPE",
            description =
                    "How cpu-vector keeps keys and values: f32, f16 or int8. Less is faster in long"
                            + " contexts and a little off. Default: f32")
    private @Nullable String kvType;

    @Mixin private I2sArguments i2s = new I2sArguments();

    @Mixin private ActivationArguments activations = new ActivationArguments();

    @Option(
            names = {"-b", "--batch"},
            paramLabel = "N",
            description = "Most tokens of one step of a prompt. Default: 128")
    private int batch = 128;

    @Option(
            names = {"-r", "--repetitions"},
            paramLabel = "N",
            description = "Times each test is timed; the tests take turns. Default: 5")
    private int repetitions = 5;

    @Option(
            names = "--warm-up",
            paramLabel = "SECONDS",
            description = "Tests that do not count, before the first. Default: 2")
    private double warmUp = 2;

    @Option(
            names = "--no-check",
            description = "Do not compare logits with the conformance runner's")
    private boolean unchecked;

    @Option(
            names = "--format",
            paramLabel = "table|json|csv|markdown",
            description = "How figures are printed. Default: table")
    private String format = ReportFormat.TABLE.label();

    @Option(
            names = "--plot",
            paramLabel = "FILE.svg",
            description = "Draw tokens/s by context and a roofline; replaced if it is there")
    private @Nullable Path plot;

    /** Makes the command for {@code streams}. */
    public BenchCommand(StandardStreams streams) {
        this.streams = streams;
    }

    @Override
    public Integer call() {
        var plan =
                new BenchPlan(
                        CountList.parse("--prompt-tokens", promptTokens, 0),
                        CountList.parse("--gen-tokens", genTokens, 0),
                        CountList.parse("--step-tokens", stepTokens, 0),
                        CountList.parse("--depth", depths, 0),
                        Positive.require("--batch", batch));
        BenchEffort effort = effort();
        ReportFormat form = ReportFormat.of(format);
        List<Integer> threads = engine.threads();
        ModelOptions options = activations.apply(i2s.apply(engine.modelOptions(0, kvType)));
        if (plot != null) {
            SvgFile.requireWritable("--plot", plot);
        }
        BenchReport report = measure(plan, effort, threads, options);
        new BenchTable(report).print(form, streams);
        if (plot != null) {
            SvgFile.write(plot, new BenchPlots(report).charts());
        }
        requireEqualLogits(report);
        return ExitCode.OK;
    }

    private BenchEffort effort() {
        if (!(warmUp >= 0 && warmUp <= 3600)) {
            throw new UsageException("--warm-up: expected seconds from 0, got " + warmUp);
        }
        return new BenchEffort(
                Positive.require("--repetitions", repetitions),
                warmUp,
                BenchEffort.READINGS,
                !unchecked);
    }

    private BenchReport measure(
            BenchPlan plan, BenchEffort effort, List<Integer> threads, ModelOptions options) {
        try (DecoderFiles files =
                DecoderFiles.open(ModelPlace.OPTION, model.place(), options, streams)) {
            int most = files.model().config().maxContextTokens();
            if (plan.contextTokens() > most) {
                throw new UsageException(
                        "--depth and the tests need a context of %d tokens; %s was made for %d"
                                .formatted(plan.contextTokens(), files.label(), most));
            }
            Provenance where = Provenance.of(spec);
            var runs = new ArrayList<ThreadRun>();
            var machines = new ArrayList<BenchSubject.Machine>();
            for (int count : threads) {
                ModelOptions sized =
                        activations
                                .apply(i2s.apply(engine.modelOptions(count, kvType)))
                                .withMaxContextTokens(plan.contextTokens());
                List<Double> before = readBefore(files, count, effort);
                PeakRestart.now();
                long start = System.nanoTime();
                try (CompiledDecoder decoder = files.compile(sized, plan.largestStep(), streams)) {
                    double seconds = (System.nanoTime() - start) / 1e9;
                    machines.add(BenchSubject.Machine.of(decoder.selection()));
                    runs.add(run(plan, effort, decoder, new Prepared(count, seconds, before)));
                }
            }
            return new BenchReport(
                    where,
                    BenchSubject.of(files.label(), files.model(), machines.getFirst()),
                    runs);
        }
    }

    /** What a run needs to know of the time before it. */
    private record Prepared(int threads, double compileSeconds, List<Double> read) {}

    private ThreadRun run(
            BenchPlan plan, BenchEffort effort, CompiledDecoder decoder, Prepared prepared) {
        try (var progress =
                new ProgressBar("timing", n -> n + " rounds", streams, System::nanoTime)) {
            return new BenchRunner(plan, effort, progress)
                    .run(decoder, prepared.threads(), prepared.compileSeconds(), prepared.read());
        }
    }

    /** Where the weights will take more memory than the loop, it cannot raise the peak. */
    private static List<Double> readBefore(DecoderFiles files, int threads, BenchEffort effort) {
        long weights = ModelSummary.of(files.model()).weightBytes();
        return weights < 2 * ReadLoop.BYTES
                ? List.of()
                : BenchRunner.read(threads, effort.readings());
    }

    private static void requireEqualLogits(BenchReport report) {
        for (ThreadRun run : report.runs()) {
            if (run.program().exactVerify() && !run.check().differing().isEmpty()) {
                throw new CommandFailedException(
                        "threads %s: logits %s".formatted(run.threads(), run.check().text()));
            }
        }
    }
}
