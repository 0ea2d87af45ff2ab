package planted.trilobit.conformance.metric;

import dev.trilobit.model.file.ModelFormatException;

/** A fault: a measure knows files. */
final class ConformanceUsesModel {
    private ConformanceUsesModel() {}

    static void fail() {
        throw new ModelFormatException("file", "problem");
    }
}
