package dev.trilobit.cli.load;

import dev.trilobit.model.I2sFit;
import dev.trilobit.model.ModelOptions;
import java.util.List;

/**
 * In which layout I2_S tensors are read.
 *
 * @param options with the layout
 * @param scores of all layouts, the best first; empty if none was tried
 */
public record I2sVerdict(ModelOptions options, List<I2sFit.Score> scores) {
    /** Keeps a copy of the list. */
    public I2sVerdict {
        scores = List.copyOf(scores);
    }
}
