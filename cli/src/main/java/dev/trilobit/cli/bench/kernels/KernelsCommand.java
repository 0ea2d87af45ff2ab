package dev.trilobit.cli.bench.kernels;

import dev.trilobit.api.backend.Backend;
import dev.trilobit.api.backend.Backends;
import dev.trilobit.api.backend.CompiledProgram;
import dev.trilobit.api.backend.Selection;
import dev.trilobit.api.backend.UnsupportedProgramException;
import dev.trilobit.cli.bench.measure.BenchEngine;
import dev.trilobit.cli.bench.measure.CountList;
import dev.trilobit.cli.bench.measure.Provenance;
import dev.trilobit.cli.bench.measure.ReadLoop;
import dev.trilobit.cli.bench.table.ReportFormat;
import dev.trilobit.cli.io.CommandFailedException;
import dev.trilobit.cli.io.ExitCode;
import dev.trilobit.cli.io.ProgressBar;
import dev.trilobit.cli.io.StandardStreams;
import dev.trilobit.cli.io.UsageException;
import dev.trilobit.cli.option.Positive;
import dev.trilobit.model.arch.ActivationChoice;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Measures single matrices of every format, on any backend. */
@Command(
        description = {
            "Times products of random matrices: every weight format beside dense 16-bit (bf16), for"
                    + " one token and for many. A case is a program of one operation (two for"
                    + " INxHIDDENxOUT), so that it runs on every backend; its time includes"
                    + " rounding the input. For one token, copies with other weights take turns until"
                    + " they come from memory, as in a model. bf16 is always timed too: it is what the"
                    + " others are compared with."
        },
        sortOptions = false,
        footerHeading = "%nExamples:%n",
        footer = {
            "  trilobit bench kernels                          # all: several minutes",
            "  trilobit bench kernels --bits 1,ternary --group 128 --m 1 --shape 4096x4096",
            "  trilobit bench kernels --bits 1,q6_k --m 1 --activations int8",
            "  trilobit bench kernels --filter 'binary-g.* m512' --threads 1,2",
            "  trilobit bench kernels --bits 1,4,16 --m 1 --mlx ~/mlx/bin/python --format markdown"
        })
public final class KernelsCommand implements Callable<Integer> {
    private static final int READINGS = 25;

    /** Windows of warming up are longer than samples. */
    private static final double WARM_UP_SAMPLES = 4;

    private final StandardStreams streams;

    @Spec private CommandSpec spec = CommandSpec.create();

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
            paramLabel = "float|int8",
            description = {
                "Input of formats with groups or blocks: float, or each run that shares a scale of the"
                        + " weights rounded to int8, as the option of the same name does for models."
                        + " BitNet's ternary format always rounds, dense formats never do.",
                "Default: float"
            })
    private String activations = ActivationChoice.FLOAT.label();

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

    @Option(
            names = "--in-cache",
            description =
                    "For one token too, multiply with the same weights again and again: how fast a"
                            + " kernel is where the weights are in the caches")
    private boolean inCache;

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
        Provenance where = Provenance.of(spec);
        var mlx = Optional.ofNullable(python).map(program -> new MlxKernels(program, timer));
        mlx.ifPresent(MlxKernels::require);
        List<KernelResult> results = new ArrayList<>();
        List<String> notes = new ArrayList<>();
        Map<String, Double> read = new LinkedHashMap<>();
        try {
            for (int threads : engine.threads()) {
                var measured = new Measured(new LinkedHashMap<>(), new ArrayList<>());
                try {
                    measure(cases, threads, timer, measured);
                } finally {
                    results.addAll(measured.ordered(cases));
                }
                measured.notes().stream().filter(note -> !notes.contains(note)).forEach(notes::add);
                double rate = ReadLoop.bytesPerSecond(ReadLoop.readers(threads), READINGS).median();
                read.put(KernelResult.Engine.label(threads), rate);
            }
            List<KernelCase> known = cases.stream().filter(MlxKernels::has).toList();
            mlx.ifPresent(engine -> results.addAll(engine.time(known, this::copies)));
        } finally {
            // What was measured is told even if something fails later.
            if (!results.isEmpty()) {
                new KernelTable(where, read, results, notes).print(form, streams);
            }
        }
        if (results.isEmpty()) {
            throw new CommandFailedException("nothing was measured: " + String.join("; ", notes));
        }
        return ExitCode.OK;
    }

    /** Before anything is timed: some formats have shapes that they cannot hold. */
    private static void requireProgram(KernelCase one) {
        try {
            new KernelProgram(one.format(), one.chain(), 1).program();
        } catch (IllegalArgumentException e) {
            throw new UsageException(
                    "--shape: %s cannot be %s: %s"
                            .formatted(one.chain().label(), one.format().label(), e.getMessage()),
                    e);
        }
    }

    private ActivationChoice choice() {
        try {
            return ActivationChoice.of(activations);
        } catch (IllegalArgumentException e) {
            throw new UsageException("--" + e.getMessage(), e);
        }
    }

    private List<KernelCase> cases() {
        List<KernelFormat> formats =
                KernelFormat.parse(bits, CountList.parse("--group", groups, 1), choice());
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

    private int copies(KernelCase one) {
        return one.tokens() > 1 || inCache
                ? 1
                : KernelProgram.streamedCopies(one.format(), one.chain());
    }

    /** Compiles each matrix once for all numbers of tokens that have as many copies. */
    private void measure(
            List<KernelCase> cases, int threads, KernelTimer timer, Measured measured) {
        Map<KernelProgram, List<KernelCase>> programs = new LinkedHashMap<>();
        for (KernelCase one : cases) {
            programs.computeIfAbsent(
                            new KernelProgram(one.format(), one.chain(), copies(one)),
                            _ -> new ArrayList<>())
                    .add(one);
        }
        int done = 0;
        try (var progress =
                new ProgressBar("timing", n -> n + " cases", streams, System::nanoTime)) {
            for (Map.Entry<KernelProgram, List<KernelCase>> entry : programs.entrySet()) {
                try {
                    measured.add(measure(entry.getKey(), entry.getValue(), threads, timer));
                } catch (UnsupportedProgramException e) {
                    measured.notes().add("not measured: " + e.getMessage());
                }
                done += entry.getValue().size();
                progress.report(done, cases.size());
            }
        }
    }

    /** Results by case, to be told in the order of the cases, and what is missing. */
    private record Measured(Map<KernelCase, KernelResult> results, List<String> notes) {
        private void add(List<KernelResult> more) {
            more.forEach(result -> results.put(result.kernel(), result));
        }

        private List<KernelResult> ordered(List<KernelCase> cases) {
            return cases.stream().filter(results::containsKey).map(results::get).toList();
        }
    }

    private List<KernelResult> measure(
            KernelProgram program, List<KernelCase> cases, int threads, KernelTimer timer) {
        var options = engine.modelOptions(threads, null);
        int most = cases.stream().mapToInt(KernelCase::tokens).max().orElseThrow();
        Selection selection = Backends.select(options.backend(), program.program());
        try (Backend backend = selection.backend();
                CompiledProgram compiled =
                        program.compile(backend, most, options.backendOptions())) {
            long bytes = program.heldBytes(compiled);
            var by = KernelResult.Engine.of(selection.id(), threads);
            int copies = program.copies();
            return cases.stream()
                    .map(
                            one ->
                                    new KernelResult(
                                            by,
                                            one,
                                            copies,
                                            bytes,
                                            timer.time(compiled, one.tokens(), copies)))
                    .toList();
        } catch (IllegalArgumentException e) {
            throw new UsageException(e);
        }
    }
}
