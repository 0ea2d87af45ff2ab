package dev.trilobit.cli.option;

import dev.trilobit.cli.io.UsageException;
import dev.trilobit.model.ModelOptions;
import dev.trilobit.model.arch.ActivationChoice;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The option that says what linear layers do to their input where a model leaves it open. */
public final class ActivationArguments {
    private static final String OPTION = "--activations";

    @Option(
            names = OPTION,
            paramLabel = "float|int8",
            description = {
                "Input of linear layers, the head included, whose weights are in groups or blocks: float,"
                        + " or each run that shares a scale of the weights rounded to int8, which is"
                        + " faster and less exact. Layers that BitNet models round themselves stay as"
                        + " they are.",
                "Default: as the model has it, int8 for BitNet, else float"
            })
    private @Nullable String activations;

    /**
     * Returns {@code options} with what was given.
     *
     * @throws UsageException if it is neither of the two
     */
    public ModelOptions apply(ModelOptions options) {
        return activations == null ? options : options.withActivations(choice(activations));
    }

    /** Tells whether the option was given. */
    public boolean given() {
        return activations != null;
    }

    /** Tells whether activations are to be rounded that the model does not round itself. */
    public boolean int8() {
        return activations != null && choice(activations) == ActivationChoice.INT8;
    }

    private static ActivationChoice choice(String name) {
        try {
            return ActivationChoice.of(name);
        } catch (IllegalArgumentException e) {
            throw new UsageException("--" + e.getMessage(), e);
        }
    }
}
