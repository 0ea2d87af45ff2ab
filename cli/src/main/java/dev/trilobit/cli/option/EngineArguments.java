package dev.trilobit.cli.option;

import dev.trilobit.cli.io.UsageException;
import dev.trilobit.model.ModelOptions;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Options that say what computes logits: a backend or the float64 oracle. */
public final class EngineArguments {
    @Mixin private BackendArguments backend = new BackendArguments();

    @Mixin private I2sArguments i2s = new I2sArguments();

    @Mixin private ActivationArguments activations = new ActivationArguments();

    @Option(
            names = "--oracle",
            description =
                    "Compute in float64 without a backend: slow, and what every backend is measured"
                            + " against")
    private boolean oracle;

    /**
     * Returns what the options ask for, with nothing said of the context.
     *
     * @throws UsageException if a value is wrong, or a backend is asked for beside the oracle
     */
    public ModelOptions modelOptions() {
        if (oracle && backend.given()) {
            throw new UsageException(
                    "--oracle: computes without a backend; leave out --backend, --threads and --kv-type");
        }
        return activations.apply(i2s.apply(backend.modelOptions()));
    }

    /** Tells whether the oracle is asked for. */
    public boolean oracle() {
        return oracle;
    }
}
