package dev.trilobit.model;

import dev.trilobit.api.backend.CompiledProgram;
import dev.trilobit.api.backend.Selection;
import dev.trilobit.model.text.TextCodec;

/**
 * The open parts of a model.
 *
 * @param info what it is
 * @param selection the backend
 * @param compiled the weights on the backend
 * @param stepTokens most tokens of one forward
 * @param text its text rules
 * @param resources all of these and what they rest on
 */
record LoadedModel(
        ModelInfo info,
        Selection selection,
        CompiledProgram compiled,
        int stepTokens,
        TextCodec text,
        Resources resources) {
    /** Closes everything. Idempotent. */
    void close() {
        resources.close();
    }
}
