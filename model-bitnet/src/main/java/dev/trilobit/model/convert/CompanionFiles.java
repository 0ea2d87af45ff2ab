package dev.trilobit.model.convert;

import dev.trilobit.model.file.GgufMetadataBuilder;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;

/** Everything of a model but its weights: names, tokenizer, chat template. */
interface CompanionFiles {
    /** Returns whether the weights can be read a second time to compare them. */
    boolean isVerifiable();

    /** Returns whether a path is where the model itself is. */
    boolean isAt(Path target);

    /**
     * Adds the keys of a GGUF file that say more than the sizes.
     *
     * @param vocabulary rows of the embedding table
     */
    void addKeys(GgufMetadataBuilder keys, int vocabulary);

    /** Returns the keys of a config.json to start from; empty if there is none. */
    Map<String, Object> configKeys();

    /** Writes the files of text and what else belongs to the model into a new folder. */
    void writeFiles(Path folder) throws IOException;
}
