package dev.trilobit.cli.bench.kernels;

import dev.trilobit.api.backend.Backend;
import dev.trilobit.api.backend.Backends;
import dev.trilobit.api.backend.CompiledProgram;
import dev.trilobit.api.backend.Selection;
import dev.trilobit.cli.bench.measure.ActivationRule;
import dev.trilobit.cli.bench.measure.BenchEngine;
import dev.trilobit.cli.bench.measure.CountList;
import dev.trilobit.cli.bench.measure.Processor;
import dev.trilobit.cli.bench.measure.ReadLoop;
import dev.trilobit.cli.bench.table.ReportFormat;
import dev.trilobit.cli.io.ExitCode;
import dev.trilobit.cli.io.ProgressBar;
import dev.trilobit.cli.io.StandardStreams;
import dev.trilobit.cli.io.UsageException;
import dev.trilobit.cli.option.Positive;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Measures single matrices of every format, on any backend. */
@Command(
        description = {
            "Times products of random matrices: every weight format beside dense 16-bit (bf16), for"
                    + " one token and for many. A case is a program of one operation (two for"
                    + " INxHIDDENxOUT), so that it runs on every backend; its time includes"
                    + " rounding the input. Small matrices stay in the caches of the processor. bf16 is"
                    + " always timed too: it is what the others are compared with."
        },
        sortOptions = false,
        footerHeading = "%nExamples:%n",
        footer = {
            "  trilobit bench kernels                          # all: several minutes",
            "  trilobit bench kernels --bits 1,ternary --group 128 --m 1 --shape 4096x4096",
            "  trilobit bench kernels --filter 'binary-g.* m512' --threads 1,2",
            "  trilobit bench kernels --bits 1,4,16 --m 1 --mlx ~/mlx/bin/python --format markdown"
        })
public final class KernelsCommand implements Callable<Integer> {
    private static final int READINGS = 25;

    /** Windows of warming up are longer than samples. */
    private static final double WARM_UP_SAMPLES = 4;

    private final StandardStreams streams;

    @Option(
            names = "--bits",
            paramLabel = "B[,B...]",
            description = {
                "Weights: 1, 2, 4, 8, ternary, 16; also q8_0, q6_k, q4_k, q4_0.",
                "Default: 1,2,4,8,ternary,16"
            })
    private String bits = "1,2,4,8,ternary,16";

    @Option(
            names = "--group",
            paramLabel = "G[,G...]",
            description = "Weights that share a scale. Default: 32,64,128")
    private String groups = "32,64,128";

    @Option(
            names = "--activations",
            paramLabel = "RULE",
            description = {
                "How formats with groups round their input, such as float or int8-per-token."
                        + " BitNet's ternary format always rounds, dense and block formats never do.",
                "Default: float"
            })
    private String activations = "float";

    @Option(
            names = "--m",
            paramLabel = "M[,M...]",
            description = "Tokens at once. Default: 1,32,512")
    private String tokens = "1,32,512";

    @Option(
            names = "--shape",
            paramLabel = "S[,S...]",
            description = {
                "ROWSxCOLS of a matrix, or INxHIDDENxOUT of two.",
                "Default: 4096x4096,11008x4096,4096x11008,2560x6912,4096x16384x4096"
            })
    private String shapes = "4096x4096,11008x4096,4096x11008,2560x6912,4096x16384x4096";

    @Mixin private CaseFilter filter = new CaseFilter();

    @Mixin private BenchEngine engine = new BenchEngine();

    @Option(
            names = {"-r", "--repetitions"},
            paramLabel = "N",
            description = "Samples of each case; the median counts. Default: 5")
    private int repetitions = 5;

    @Option(
            names = "--sample-time",
            paramLabel = "SECONDS",
            description =
                    "Length of a sample; warming up takes several times as long. Default: 0.05")
    private double sampleSeconds = 0.05;

    @Option(
            names = "--mlx",
            paramLabel = "PYTHON",
            description = "Also time MLX's quantized_matmul on the CPU: a Python that has mlx")
    private @Nullable String python;

    @Option(
            names = "--format",
            paramLabel = "table|json|csv|markdown",
            description = "How figures are printed. Default: table")
    private String format = ReportFormat.TABLE.label();

    /** Makes the command for {@code streams}. */
    public KernelsCommand(StandardStreams streams) {
        this.streams = streams;
    }

    @Override
    public Integer call() {
        if (!(sampleSeconds > 0 && sampleSeconds <= 60)) {
            throw new UsageException(
                    "--sample-time: expected seconds above 0, got " + sampleSeconds);
        }
        var timer =
                new KernelTimer(
                        Positive.require("--repetitions", repetitions),
                        sampleSeconds,
                        WARM_UP_SAMPLES * sampleSeconds);
        ReportFormat form = ReportFormat.of(format);
        List<KernelCase> cases = filter.apply(cases());
        cases.forEach(KernelsCommand::requireProgram);
        List<KernelResult> results = new ArrayList<>();
        Map<String, Double> read = new LinkedHashMap<>();
        for (int threads : engine.threads()) {
            results.addAll(measure(cases, threads, timer));
            int readers = threads == 0 ? Runtime.getRuntime().availableProcessors() : threads;
            double rate = ReadLoop.bytesPerSecond(readers, READINGS).median();
            read.put(String.valueOf(readers), rate);
        }
        try {
            if (python != null) {
                List<KernelCase> known = cases.stream().filter(MlxKernels::has).toList();
                results.addAll(new MlxKernels(python, timer).time(known));
            }
        } finally {
            // What was measured is told even if MLX fails.
            String machine = Processor.name() + "; Java " + Runtime.version();
            new KernelTable(machine, read, results).print(form, streams);
        }
        return ExitCode.OK;
    }

    /** Before anything is timed: some formats have shapes that they cannot hold. */
    private static void requireProgram(KernelCase one) {
        try {
            new KernelProgram(one.format(), one.chain()).program();
        } catch (IllegalArgumentException e) {
            throw new UsageException(
                    "--shape: %s cannot be %s: %s"
                            .formatted(one.chain().label(), one.format().label(), e.getMessage()),
                    e);
        }
    }

    private List<KernelCase> cases() {
        List<KernelFormat> formats =
                KernelFormat.parse(
                        bits,
                        CountList.parse("--group", groups, 1),
                        ActivationRule.of("--activations", activations));
        List<MatrixChain> chains = MatrixChain.parse(shapes);
        List<Integer> sizes = CountList.parse("--m", tokens, 1);
        var cases = new ArrayList<KernelCase>();
        for (MatrixChain chain : chains) {
            for (KernelFormat kernel : formats) {
                sizes.forEach(m -> cases.add(new KernelCase(kernel, chain, m)));
            }
        }
        return cases;
    }

    /** Compiles each matrix once for all numbers of tokens. */
    private List<KernelResult> measure(List<KernelCase> cases, int threads, KernelTimer timer) {
        Map<KernelProgram, List<KernelCase>> programs = new LinkedHashMap<>();
        for (KernelCase one : cases) {
            programs.computeIfAbsent(
                            new KernelProgram(one.format(), one.chain()), _ -> new ArrayList<>())
                    .add(one);
        }
        var results = new ArrayList<KernelResult>();
        try (var progress =
                new ProgressBar("timing", n -> n + " cases", streams, System::nanoTime)) {
            for (Map.Entry<KernelProgram, List<KernelCase>> entry : programs.entrySet()) {
                results.addAll(measure(entry.getKey(), entry.getValue(), threads, timer));
                progress.report(results.size(), cases.size());
            }
        }
        return results;
    }

    private List<KernelResult> measure(
            KernelProgram program, List<KernelCase> cases, int threads, KernelTimer timer) {
        var options = engine.modelOptions(threads, null);
        int most = cases.stream().mapToInt(KernelCase::tokens).max().orElseThrow();
        Selection selection = Backends.select(options.backend(), program.program());
        try (Backend backend = selection.backend();
                CompiledProgram compiled =
                        program.compile(backend, most, options.backendOptions())) {
            String count = threads == 0 ? "auto" : String.valueOf(threads);
            long bytes = program.heldBytes(compiled);
            return cases.stream()
                    .map(
                            one ->
                                    new KernelResult(
                                            selection.id(),
                                            count,
                                            one,
                                            bytes,
                                            timer.time(compiled, one.tokens())))
                    .toList();
        } catch (IllegalArgumentException e) {
            throw new UsageException(e);
        }
    }
}
