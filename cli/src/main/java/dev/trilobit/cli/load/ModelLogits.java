package dev.trilobit.cli.load;

import dev.trilobit.api.quant.UnusableWeightException;
import dev.trilobit.cli.io.StandardStreams;
import dev.trilobit.cli.option.EngineArguments;
import dev.trilobit.conformance.contract.BackendLogits;
import dev.trilobit.conformance.metric.LogitCursor;
import dev.trilobit.conformance.metric.LogitSource;
import dev.trilobit.conformance.oracle.ReferenceDecoder;
import dev.trilobit.model.CompiledDecoder;
import dev.trilobit.model.ModelOptions;
import dev.trilobit.model.file.ModelFormatException;

/** The logits of a model, computed by a backend or by the float64 oracle. */
public final class ModelLogits implements LogitSource, AutoCloseable {
    /** What users write where a backend's id could stand. */
    public static final String ORACLE = "oracle";

    private final DecoderFiles files;
    private final String engine;
    private final LogitSource source;
    private final Runnable closer;

    private ModelLogits(DecoderFiles files, String engine, LogitSource source, Runnable closer) {
        this.files = files;
        this.engine = engine;
        this.source = source;
        this.closer = closer;
    }

    /**
     * Prepares the oracle.
     *
     * @param files stay open as long as the result; not closed by it
     */
    public static ModelLogits ofOracle(DecoderFiles files) {
        var oracle = new ReferenceDecoder(files.model().program(), files.model().weights());
        return new ModelLogits(files, ORACLE, oracle, () -> {});
    }

    /**
     * Puts the weights on a backend as {@link DecoderFiles#compile} does.
     *
     * @param files stay open as long as the result; not closed by it
     */
    public static ModelLogits onBackend(
            DecoderFiles files, ModelOptions options, int stepTokens, StandardStreams streams) {
        CompiledDecoder decoder = files.compile(options, stepTokens, streams);
        var source = new BackendLogits(decoder.program(), decoder.stepTokens());
        return new ModelLogits(files, decoder.selection().id(), source, decoder::close);
    }

    /**
     * Prepares what the options ask for.
     *
     * @param files stay open as long as the result; not closed by it
     * @param options of {@link EngineArguments#modelOptions}, with a context; not for the oracle
     * @param stepTokens most tokens of one forward; not for the oracle
     */
    public static ModelLogits open(
            DecoderFiles files,
            EngineArguments engine,
            ModelOptions options,
            int stepTokens,
            StandardStreams streams) {
        return engine.oracle() ? ofOracle(files) : onBackend(files, options, stepTokens, streams);
    }

    /** Returns the model's place and what computes, such as {@code embedded:bitnet@cpu-vector}. */
    public String label() {
        return files.label() + "@" + engine;
    }

    /** Returns what computes: a backend's id or {@link #ORACLE}. */
    public String engine() {
        return engine;
    }

    /**
     * Runs a sequence.
     *
     * @throws IllegalArgumentException if there are no tokens, too many, or one outside the
     *     vocabulary
     * @throws ModelFormatException if a weight cannot be used
     */
    @Override
    public LogitCursor open(int[] tokens) {
        try {
            return source.open(tokens);
        } catch (UnusableWeightException e) {
            throw new ModelFormatException(files.label(), String.valueOf(e.getMessage()), e);
        }
    }

    /** Frees the weights on the backend. Idempotent. */
    @Override
    public void close() {
        closer.run();
    }
}
