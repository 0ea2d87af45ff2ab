package dev.trilobit.model.convert;

import dev.trilobit.model.file.GgufMetadataBuilder;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/**
 * The companions of random weights without a tokenizer.
 *
 * @param title name of the model
 * @param notes what is not as in the published model
 * @param areMasters whether floats are to be rounded to ternary when they are read
 */
record SyntheticFiles(String title, List<String> notes, boolean areMasters)
        implements CompanionFiles {
    SyntheticFiles {
        notes = List.copyOf(notes);
    }

    @Override
    public boolean isVerifiable() {
        return false; // there is nothing to compare with but the same random numbers
    }

    @Override
    public boolean isAt(Path target) {
        return false;
    }

    @Override
    public void addKeys(GgufMetadataBuilder keys, int vocabulary) {
        keys.string("general.type", "model");
        keys.string("general.name", title + " with random weights");
    }

    @Override
    public Map<String, Object> configKeys() {
        return Map.of();
    }

    @Override
    public void writeFiles(Path folder) {
        // Without a tokenizer the model runs on ids alone.
    }
}
