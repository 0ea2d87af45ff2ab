package dev.trilobit.cli.option;

import dev.trilobit.cli.io.UsageException;
import dev.trilobit.model.ModelOptions;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Options that say which model runs where, with how much context. */
public final class ModelArguments {
    @Mixin private ModelPlace place = new ModelPlace();

    @Mixin private BackendArguments backend = new BackendArguments();

    @Mixin private I2sArguments i2s = new I2sArguments();

    @Mixin private ActivationArguments activations = new ActivationArguments();

    @Option(
            names = "--context",
            paramLabel = "TOKENS",
            description = {
                "Most tokens of prompt and answer together.",
                "Default: what the model was made for, up to " + ModelOptions.DEFAULT_CONTEXT_LIMIT
            })
    private @Nullable Integer context;

    /** Returns where the model is: {@code embedded:name}, a path or a place on the hub. */
    public String model() {
        return place.place();
    }

    /**
     * Returns how to open it.
     *
     * @throws UsageException if a value is wrong
     */
    public ModelOptions modelOptions() {
        ModelOptions options = activations.apply(i2s.apply(backend.modelOptions()));
        return context == null
                ? options
                : options.withMaxContextTokens(Positive.require("--context", context));
    }
}
