package planted.trilobit.backend.cpu;

import dev.trilobit.model.file.ModelFormatException;

/** A fault: a backend knows files. */
final class BackendUsesModel {
    private BackendUsesModel() {}

    static void fail() {
        throw new ModelFormatException("file", "problem");
    }
}
