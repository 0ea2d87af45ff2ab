package dev.trilobit.model;

import dev.trilobit.model.text.TextCodec;

/**
 * The open parts of a model.
 *
 * @param info what it is
 * @param decoder the weights on a backend
 * @param text its text rules
 * @param resources all of these and what they rest on
 */
record LoadedModel(ModelInfo info, CompiledDecoder decoder, TextCodec text, Resources resources) {
    /** Closes everything. Idempotent. */
    void close() {
        resources.close();
    }
}
