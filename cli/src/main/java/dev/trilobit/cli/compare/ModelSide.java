package dev.trilobit.cli.compare;

import dev.trilobit.api.backend.BackendRequest;
import dev.trilobit.cli.io.StandardStreams;
import dev.trilobit.cli.io.UsageException;
import dev.trilobit.cli.load.DecoderFiles;
import dev.trilobit.cli.load.ModelLogits;
import dev.trilobit.cli.load.ModelOpener;
import dev.trilobit.conformance.metric.LogitSource;
import dev.trilobit.model.ModelOptions;
import java.util.Map;
import java.util.Optional;
import java.util.function.UnaryOperator;

/** A model on a backend or under the oracle. */
final class ModelSide implements Side {
    private static final int STEP_TOKENS = 128;

    private final Operand.OfModel operand;
    private final ModelOptions options;
    private final DecoderFiles files;
    private final boolean shared;
    private final StandardStreams streams;
    private Optional<ModelLogits> logits = Optional.empty();

    private ModelSide(
            Operand.OfModel operand,
            ModelOptions options,
            DecoderFiles files,
            boolean shared,
            StandardStreams streams) {
        this.operand = operand;
        this.options = options;
        this.files = files;
        this.shared = shared;
        this.streams = streams;
    }

    /**
     * Opens the files.
     *
     * @param reading adds what they do not say
     */
    static ModelSide open(
            Operand.OfModel operand,
            Map<String, String> backendOptions,
            UnaryOperator<ModelOptions> reading,
            StandardStreams streams) {
        ModelOptions options = reading.apply(options(operand, backendOptions));
        DecoderFiles files = DecoderFiles.open(operand.name(), operand.place(), options, streams);
        return new ModelSide(operand, options, files, false, streams);
    }

    /** Takes the files of this side, which closes them, for a model at the same place. */
    ModelSide sharing(Operand.OfModel other, Map<String, String> backendOptions) {
        return new ModelSide(other, options(other, backendOptions), files, true, streams);
    }

    private static ModelOptions options(
            Operand.OfModel operand, Map<String, String> backendOptions) {
        if (isOracle(operand)) {
            return ModelOptions.defaults();
        }
        return ModelOptions.defaults()
                .withBackend(request(operand))
                .withBackendOptions(backendOptions);
    }

    private static BackendRequest request(Operand.OfModel operand) {
        try {
            return operand.engine().isEmpty()
                    ? BackendRequest.unspecified()
                    : BackendRequest.ofOption(operand.engine());
        } catch (IllegalArgumentException e) {
            throw new UsageException(operand.name() + ": " + e.getMessage(), e);
        }
    }

    /** Tells whether the oracle is asked for. */
    static boolean isOracle(Operand.OfModel operand) {
        return operand.engine().equals(ModelLogits.ORACLE);
    }

    DecoderFiles files() {
        return files;
    }

    String place() {
        return operand.place();
    }

    boolean isEmbedded() {
        return ModelOpener.isEmbedded(operand.place());
    }

    @Override
    public String name() {
        return operand.name();
    }

    @Override
    public String label() {
        return logits.map(ModelLogits::label).orElse(files.label());
    }

    @Override
    public LogitSource scoring(Sequences sequences, int vocabulary) {
        ModelLogits opened =
                isOracle(operand)
                        ? ModelLogits.ofOracle(files)
                        : ModelLogits.onBackend(
                                files,
                                options.withMaxContextTokens(sequences.longest()),
                                STEP_TOKENS,
                                streams);
        logits = Optional.of(opened);
        return opened;
    }

    @Override
    public void close() {
        logits.ifPresent(ModelLogits::close);
        if (!shared) {
            files.close();
        }
    }
}
