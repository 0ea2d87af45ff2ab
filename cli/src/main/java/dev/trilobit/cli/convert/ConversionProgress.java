package dev.trilobit.cli.convert;

import dev.trilobit.cli.io.ProgressBar;
import dev.trilobit.cli.io.StandardStreams;
import dev.trilobit.model.convert.ConversionListener;
import java.util.Locale;

/** Draws the progress of a conversion. */
public final class ConversionProgress implements ConversionListener, AutoCloseable {
    private final ProgressBar bar;

    /**
     * Starts the clock.
     *
     * @param model what is converted
     */
    public ConversionProgress(String model, StandardStreams streams) {
        bar =
                new ProgressBar(
                        "converting " + ProgressBar.nameOf(model),
                        ConversionProgress::amount,
                        streams,
                        System::nanoTime);
    }

    private static String amount(long weights) {
        return String.format(Locale.ROOT, "%.2f G numbers", weights / 1e9);
    }

    @Override
    public void progress(String step, long doneWeights, long totalWeights) {
        bar.report(doneWeights, totalWeights, step);
    }

    @Override
    public void close() {
        bar.close();
    }
}
