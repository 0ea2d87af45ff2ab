package dev.trilobit.cli.load;

import dev.trilobit.cli.io.CommandFailedException;
import dev.trilobit.cli.io.StandardStreams;
import dev.trilobit.cli.io.UsageException;
import dev.trilobit.model.I2sChoice;
import dev.trilobit.model.I2sFit;
import dev.trilobit.model.I2sProbe;
import dev.trilobit.model.ModelOptions;
import dev.trilobit.model.file.ModelFolder;
import java.util.List;
import java.util.Optional;

/** Finds out the layout of I2_S tensors for a command, and tells the user. */
final class I2sProbing {
    private I2sProbing() {}

    /**
     * Returns {@code options} with a layout in place of {@code probe}.
     *
     * @throws UsageException if an option is wrong
     * @throws CommandFailedException if the tokenizer does not run on this machine
     * @throws dev.trilobit.model.file.ModelFormatException if no layout fits clearly
     */
    static I2sVerdict settle(ModelFolder folder, ModelOptions options, StandardStreams streams) {
        if (options.i2s() != I2sChoice.PROBE) {
            return new I2sVerdict(options, List.of());
        }
        Optional<I2sFit> fit = probe(folder, options);
        if (fit.isEmpty()) {
            streams.note("%s: no I2_S tensors to probe".formatted(folder.label()));
            return new I2sVerdict(options.withI2s(I2sChoice.A), List.of());
        }
        I2sChoice best = fit.get().best();
        streams.note(
                "%s: the I2_S tensors are in layout %s: %s"
                        .formatted(folder.label(), best.label(), fit.get().figures()));
        return new I2sVerdict(options.withI2s(best), fit.get().scores());
    }

    private static Optional<I2sFit> probe(ModelFolder folder, ModelOptions options) {
        try {
            return I2sProbe.probe(folder, options);
        } catch (IllegalArgumentException e) {
            throw new UsageException(e);
        } catch (IllegalStateException e) {
            throw new CommandFailedException(String.valueOf(e.getMessage()), e);
        }
    }
}
