package dev.trilobit.cli.conform;

import dev.trilobit.cli.io.ExitCode;
import dev.trilobit.cli.io.Json;
import dev.trilobit.cli.io.StandardStreams;
import dev.trilobit.cli.io.TypedCommand;
import dev.trilobit.cli.io.UsageException;
import dev.trilobit.cli.option.ActivationArguments;
import dev.trilobit.cli.option.BackendArguments;
import dev.trilobit.cli.option.I2sArguments;
import dev.trilobit.conformance.Contracts;
import dev.trilobit.conformance.contract.Contract;
import dev.trilobit.model.ModelOptions;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Arrays;
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

/** Tells whether backends keep their contracts. */
@Command(
        description = {
            "Tries every contract of the conformance suite on every backend that is installed, and"
                    + " compares whole models with the float64 oracle. Exit code 1 if a check fails.",
            "Perplexity is told over all positions; not comparable with 'trilobit perplexity'.",
            "A backend of your own is found on TRILOBIT_CLASS_PATH (jars or folders)."
        },
        sortOptions = false,
        footerHeading = "%nExamples:%n",
        footer = {
            "  trilobit conform",
            "  trilobit conform --out report          # report/conformance.html, .json",
            "  trilobit conform --backend cpu-vector --contracts provider,op",
            "  trilobit conform --activations int8 --contracts model   # what rounding costs",
            "  trilobit conform --model ~/models/bitnet-2b --text wiki.test.raw --chunks 2",
            "  TRILOBIT_CLASS_PATH=my-backend.jar trilobit conform --backend my-backend"
        })
public final class ConformCommand implements Callable<Integer> {
    private static final int DEFAULT_CHUNKS = 20;
    private static final int DEFAULT_CHUNK = 128;

    private final StandardStreams streams;

    @Spec private CommandSpec spec = CommandSpec.create();

    @Option(
            names = {"-m", "--model"},
            paramLabel = "PLACE",
            description =
                    "Folder of a model to try besides the embedded ones; needs --text. Repeatable")
    private List<String> models = new ArrayList<>();

    @Mixin private I2sArguments i2s = new I2sArguments();

    @Mixin private ActivationArguments activations = new ActivationArguments();

    @Option(
            names = "--backend",
            paramLabel = "ID[,ID...]",
            description = {
                "Backends to try; one named here that does not run is a failure.",
                "Default: TRILOBIT_BACKEND, else all that are installed"
            })
    private @Nullable String backend;

    @Option(
            names = "--text",
            paramLabel = "FILE",
            description =
                    "UTF-8 text to score the models of --model with, - for standard input. The embedded"
                            + " models have held-out stories")
    private @Nullable String text;

    @Option(
            names = "--chunks",
            paramLabel = "N",
            description = "Token sequences of each model. Default: " + DEFAULT_CHUNKS)
    private @Nullable Integer chunks;

    @Option(
            names = "--chunk",
            paramLabel = "TOKENS",
            description = "Tokens of a sequence. Default: " + DEFAULT_CHUNK)
    private @Nullable Integer chunk;

    @Option(
            names = "--contracts",
            paramLabel = "NAME[,NAME...]",
            description = "Contracts to try. Default: all")
    private @Nullable String contracts;

    @Option(
            names = "--threads",
            paramLabel = "N",
            description =
                    "Threads of the backends of --backend, which must have this option. Default: as many"
                            + " as they find useful")
    private @Nullable Integer threads;

    @Option(
            names = "--kv-type",
            paramLabel = "TYPE",
            description =
                    "How the backends of --backend, which must have this option, keep keys and values:"
                            + " f32, f16 or int8. Held to the limits declared for it")
    private @Nullable String kvType;

    @Option(
            names = {"-o", "--out"},
            paramLabel = "DIR",
            description =
                    "Write conformance.html and conformance.json into this folder, made if need be")
    private @Nullable Path out;

    @Option(names = "--json", description = "Print one JSON object instead of tables")
    private boolean json;

    /** Makes the command for {@code streams}. */
    public ConformCommand(StandardStreams streams) {
        this.streams = streams;
    }

    @Override
    public Integer call() {
        List<Contract> chosen = chosenContracts();
        requireNumbers();
        requireModelContract(chosen);
        requireBackendWithThreads();
        List<InstalledProvider> providers =
                InstalledProvider.find(BackendArguments.request(backend));
        Optional<ReportFolder> folder = Optional.ofNullable(out).map(ReportFolder::make);
        // A run that is broken off must not leave the verdict of another.
        folder.ifPresent(ReportFolder::clear);
        ConformReport report = run(chosen, providers);
        Map<String, Object> object = ReportJson.object(report);
        if (json) {
            Json.print(streams, object);
        } else {
            new ReportText(report, streams).print();
        }
        folder.ifPresent(
                place -> {
                    place.write(object);
                    streams.note("report: " + place.page());
                });
        return report.failed() ? ExitCode.FAILURE : ExitCode.OK;
    }

    private ConformReport run(List<Contract> chosen, List<InstalledProvider> providers) {
        Instant started = Clock.systemUTC().instant().truncatedTo(ChronoUnit.SECONDS);
        long start = System.nanoTime();
        List<TriedModel> opened =
                triesModels(chosen)
                        ? new ModelChoice(
                                        activations.apply(i2s.apply(ModelOptions.defaults())),
                                        streams)
                                .open(models, text, chunks(), chunkTokens())
                        : List.of();
        try {
            announce(opened, providers.stream().filter(InstalledProvider::available).count());
            Map<String, String> options = BackendArguments.backendOptions(threads, kvType);
            var runner = new ConformRunner(chosen, opened, options, streams);
            List<BackendRun> runs = providers.stream().map(runner::run).toList();
            return new ConformReport(
                    HostFacts.here(),
                    TypedCommand.of(spec),
                    started,
                    Duration.ofNanos(System.nanoTime() - start),
                    opened.stream().map(ModelFacts::of).toList(),
                    runs);
        } finally {
            opened.forEach(TriedModel::close);
        }
    }

    /** Says what there is to wait for. */
    private void announce(List<TriedModel> opened, long backends) {
        int cores = Runtime.getRuntime().availableProcessors();
        for (TriedModel model : opened) {
            OracleWork work = OracleWork.of(model.modelCase(), backends);
            if (model.chunks().size() < chunks()) {
                streams.note(
                        "%s: the text gives only %d of %d sequences of %d tokens"
                                .formatted(
                                        model.name(),
                                        model.chunks().size(),
                                        chunks(),
                                        chunkTokens()));
            }
            streams.note(work.describe(model.name(), cores));
        }
    }

    private List<Contract> chosenContracts() {
        List<Contract> all = Contracts.standard();
        if (contracts == null) {
            return all;
        }
        List<String> names = Arrays.stream(contracts.split(",", -1)).map(String::strip).toList();
        List<String> known = all.stream().map(Contract::name).toList();
        List<String> unknown = names.stream().filter(name -> !known.contains(name)).toList();
        if (!unknown.isEmpty()) {
            throw new UsageException(
                    "--contracts: unknown contract '%s'; known: %s"
                            .formatted(String.join("', '", unknown), String.join(", ", known)));
        }
        return all.stream().filter(contract -> names.contains(contract.name())).toList();
    }

    private static boolean triesModels(List<Contract> chosen) {
        return chosen.stream().anyMatch(contract -> contract.name().equals(ConformRunner.MODEL));
    }

    private void requireModelContract(List<Contract> chosen) {
        if (triesModels(chosen)) {
            return;
        }
        var unused = new ArrayList<String>();
        if (!models.isEmpty()) {
            unused.add("--model");
        }
        if (activations.given()) {
            unused.add("--activations");
        }
        if (text != null) {
            unused.add("--text");
        }
        if (chunks != null) {
            unused.add("--chunks");
        }
        if (chunk != null) {
            unused.add("--chunk");
        }
        if (!unused.isEmpty()) {
            String options = String.join(", ", unused);
            throw new UsageException(
                    "%s: --contracts %s needs no model; add %s to it, or leave %s out"
                            .formatted(options, contracts, ConformRunner.MODEL, options));
        }
    }

    /** A backend without such an option refuses it, and would fail for what we have done. */
    private void requireBackendWithThreads() {
        if (threads != null && backend == null) {
            throw new UsageException(
                    "--threads: not every backend has threads to set; say which with --backend, as in"
                            + " --backend cpu-vector --threads "
                            + threads);
        }
        if (kvType != null && backend == null) {
            throw new UsageException(
                    "--kv-type: not every backend can choose; say which with --backend, as in"
                            + " --backend cpu-vector --kv-type "
                            + kvType);
        }
    }

    private int chunks() {
        return chunks == null ? DEFAULT_CHUNKS : chunks;
    }

    private int chunkTokens() {
        return chunk == null ? DEFAULT_CHUNK : chunk;
    }

    private void requireNumbers() {
        var wrong = new ArrayList<String>();
        require("--chunks", chunks(), 1, wrong);
        require("--chunk", chunkTokens(), 2, wrong);
        require("--threads", threads == null ? 1 : threads, 1, wrong);
        if (!wrong.isEmpty()) {
            throw new UsageException(String.join("; ", wrong));
        }
    }

    private static void require(String option, int value, int least, List<String> wrong) {
        if (value < least) {
            wrong.add("%s: expected a number from %d, got %d".formatted(option, least, value));
        }
    }
}
