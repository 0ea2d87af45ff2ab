package dev.trilobit.model.convert;

import dev.trilobit.model.file.GgufMetadataBuilder;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** Everything of a model but its weights: names, tokenizer, chat template. */
interface CompanionFiles {
    /** Returns whether the weights can be read a second time to compare them. */
    boolean isVerifiable();

    /** Returns what whoever reads the report should know of the source. */
    List<String> notes();

    /**
     * Returns whether replacing what is at a path would take a file of the model itself away: the
     * path is that of the file, of a folder above it, or of what a link to it leads to.
     */
    boolean isAt(Path target) throws IOException;

    /**
     * Adds the keys of a GGUF file that say more than the sizes.
     *
     * @param vocabulary rows of the embedding table
     */
    void addKeys(GgufMetadataBuilder keys, int vocabulary) throws IOException;

    /** Returns the keys of a config.json to start from; empty if there is none. */
    Map<String, Object> configKeys();

    /**
     * Returns whether linear layers that are written as floats are masters, which readers round to
     * ternary; else they are what they are.
     */
    boolean areMasters();

    /** Writes the files of text and what else belongs to the model into a new folder. */
    void writeFiles(Path folder) throws IOException;
}
