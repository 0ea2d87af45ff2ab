package dev.trilobit.cli.compare;

import dev.trilobit.cli.io.CommandFailedException;
import dev.trilobit.cli.io.ExitCode;
import dev.trilobit.cli.io.ProgressBar;
import dev.trilobit.cli.io.StandardStreams;
import dev.trilobit.cli.io.TokenCount;
import dev.trilobit.cli.io.UsageException;
import dev.trilobit.cli.option.ActivationArguments;
import dev.trilobit.cli.option.BackendArguments;
import dev.trilobit.cli.option.I2sArguments;
import dev.trilobit.conformance.metric.Agreement;
import dev.trilobit.conformance.metric.LogitSource;
import dev.trilobit.conformance.metric.TeacherForcing;
import dev.trilobit.model.ModelOptions;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Tells how two models, two backends or two files of logits agree. */
@Command(
        description = {
            "Runs the same tokens through A, the reference, and B, and tells how their logits agree:"
                    + " KL divergence both ways and how often the likeliest token is the same.",
            "Either is PLACE[@BACKEND], where PLACE is as for --model and BACKEND a backend's id or"
                    + " oracle (float64, slow); or a file that 'trilobit logits' wrote.",
            "Perplexity is told over all positions; not comparable with 'trilobit perplexity'.",
            "Leaves with 1 if a gate (--max-kl, --min-top1) is missed or a logit is not finite."
        },
        sortOptions = false,
        footerHeading = "%nExamples:%n",
        footer = {
            "  trilobit compare embedded:bitnet@oracle embedded:bitnet --chunks 4",
            "  trilobit compare ~/models/bf16 ~/models/packed --text wiki.raw --chunks 20",
            "  trilobit compare m@oracle m@cpu-vector --tokens 1,5 --max-kl 1e-6   # a gate",
            "  trilobit compare theirs.f32 embedded:bitnet --tokens 0,448,461 --json"
        })
public final class CompareCommand implements Callable<Integer> {
    private final StandardStreams streams;

    @Parameters(index = "0", paramLabel = "A", description = "The reference")
    private String a = "";

    @Parameters(index = "1", paramLabel = "B", description = "What is compared with it")
    private String b = "";

    @Mixin private TokenArguments tokens = new TokenArguments();

    @Option(
            names = "--threads",
            paramLabel = "N",
            description = "Threads of the backends. Default: as many as they find useful")
    private @Nullable Integer threads;

    @Option(
            names = "--kv-type",
            paramLabel = "TYPE",
            description =
                    "How cpu-vector keeps keys and values: f32, f16 or int8; compare with an oracle to"
                            + " see what it costs. Default: f32")
    private @Nullable String kvType;

    @Mixin private I2sArguments i2s = new I2sArguments();

    @Mixin private ActivationArguments activations = new ActivationArguments();

    @Mixin private Gates gates = new Gates();

    @Option(names = "--json", description = "Print one JSON object")
    private boolean json;

    /** Makes the command for {@code streams}. */
    public CompareCommand(StandardStreams streams) {
        this.streams = streams;
    }

    @Override
    public Integer call() {
        gates.check();
        tokens.check();
        Operand first = Operand.parse("A", a);
        Operand second = Operand.parse("B", b);
        requireUseOfThreads(first, second);
        try (Side sideA = open(first);
                Side sideB = open(second, sideA)) {
            List<ModelSide> models =
                    Stream.of(sideA, sideB)
                            .filter(ModelSide.class::isInstance)
                            .map(ModelSide.class::cast)
                            .toList();
            requireSameVocabulary(models);
            Sequences sequences = tokens.read(models, streams);
            models.forEach(sequences::requireWithin);
            int vocabulary = vocabulary(sideA, sideB, sequences.tokens());
            sequences.requireBelow(vocabulary);
            Agreement agreement =
                    compare(
                            sideA.scoring(sequences, vocabulary),
                            sideB.scoring(sequences, vocabulary),
                            sequences);
            report(
                    new ComparisonReport(
                            sideA.label(), sideB.label(), vocabulary, gates.tieWidth(), agreement));
        }
        return ExitCode.OK;
    }

    private void requireUseOfThreads(Operand first, Operand second) {
        boolean used =
                Stream.of(first, second)
                        .anyMatch(
                                operand ->
                                        operand instanceof Operand.OfModel model
                                                && !ModelSide.isOracle(model));
        if (threads != null && !used) {
            throw new UsageException("--threads: neither A nor B is computed by a backend");
        }
        if (kvType != null && !used) {
            throw new UsageException("--kv-type: neither A nor B is computed by a backend");
        }
    }

    private Side open(Operand operand) {
        return switch (operand) {
            case Operand.OfFile file -> FileSide.open(file);
            case Operand.OfModel model ->
                    ModelSide.open(model, backendOptions(), this::reading, streams);
        };
    }

    /** What the files of both sides do not say. */
    private ModelOptions reading(ModelOptions options) {
        return activations.apply(i2s.apply(options));
    }

    /** Opens B; the files of one model are opened once. */
    private Side open(Operand operand, Side other) {
        return operand instanceof Operand.OfModel model
                        && other instanceof ModelSide side
                        && side.place().equals(model.place())
                ? side.sharing(model, backendOptions())
                : open(operand);
    }

    private Map<String, String> backendOptions() {
        return BackendArguments.backendOptions(threads, kvType);
    }

    private static void requireSameVocabulary(List<ModelSide> models) {
        for (ModelSide other : models) {
            ModelSide first = models.getFirst();
            if (other.files().vocabulary() != first.files().vocabulary()) {
                throw new UsageException(
                        "A and B must have the same vocabulary: %s has %s token ids, %s has %s"
                                .formatted(
                                        first.label(),
                                        TokenCount.number(first.files().vocabulary()),
                                        other.label(),
                                        TokenCount.number(other.files().vocabulary())));
            }
        }
    }

    private static int vocabulary(Side sideA, Side sideB, long tokens) {
        return switch (sideA) {
            case ModelSide model -> model.files().vocabulary();
            case FileSide file ->
                    sideB instanceof ModelSide model
                            ? model.files().vocabulary()
                            : file.vocabulary(tokens);
        };
    }

    private Agreement compare(LogitSource reference, LogitSource other, Sequences sequences) {
        try (var progress = ProgressBar.tokens("comparing", streams)) {
            return new TeacherForcing(sequences.ids(), gates.tieWidth())
                    .compare(reference, List.of(other), progress::report)
                    .getFirst();
        }
    }

    private void report(ComparisonReport report) {
        List<String> missed = gates.missed(report.agreement());
        if (json) {
            report.printJson(streams, missed);
        } else {
            report.print(streams);
        }
        if (!missed.isEmpty()) {
            throw new CommandFailedException(String.join("; ", missed));
        }
    }
}
