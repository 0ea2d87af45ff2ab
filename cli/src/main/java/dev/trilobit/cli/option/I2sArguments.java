package dev.trilobit.cli.option;

import dev.trilobit.cli.io.UsageException;
import dev.trilobit.model.I2sChoice;
import dev.trilobit.model.ModelOptions;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The option that says how the codes of I2_S tensors lie. */
public final class I2sArguments {
    private static final String OPTION = "--i2s-layout";

    @Option(
            names = OPTION,
            paramLabel = "a|b|c|probe",
            description = {
                "Layout of I2_S tensors, which a GGUF file does not say: a as published files have"
                        + " it, b of ARM builds of 2026, c of x86 builds without parallel kernels;"
                        + " probe tries all on a short text and takes the one that fits. Other"
                        + " tensors have one layout, whatever this says.",
                "Default: a"
            })
    private @Nullable String layout;

    /**
     * Returns {@code options} with what was given.
     *
     * @throws UsageException if there is no such layout
     */
    public ModelOptions apply(ModelOptions options) {
        if (layout == null) {
            return options;
        }
        try {
            return options.withI2s(I2sChoice.of(layout));
        } catch (IllegalArgumentException e) {
            throw new UsageException(OPTION + ": " + e.getMessage(), e);
        }
    }
}
