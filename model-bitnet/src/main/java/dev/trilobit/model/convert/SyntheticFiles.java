package dev.trilobit.model.convert;

import dev.trilobit.model.file.GgufFile;
import dev.trilobit.model.file.GgufMetadata;
import dev.trilobit.model.file.GgufMetadataBuilder;
import dev.trilobit.model.file.ModelFolder;
import dev.trilobit.model.text.GgufTextWriter;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;

/**
 * The companions of random weights.
 *
 * @param title name of the model
 * @param tokenizer another model whose tokenizer is taken
 */
record SyntheticFiles(String title, Optional<ModelFolder> tokenizer) implements CompanionFiles {
    @Override
    public boolean isVerifiable() {
        return false; // there is nothing to compare with but the same random numbers
    }

    @Override
    public boolean isAt(Path target) throws IOException {
        return tokenizer.isPresent() && new SourceFiles(tokenizer.get()).isAt(target);
    }

    @Override
    public void addKeys(GgufMetadataBuilder keys, int vocabulary) {
        keys.string("general.type", "model");
        keys.string("general.name", title + " with random weights");
        if (tokenizer.isEmpty()) {
            return;
        }
        Optional<GgufMetadata> gguf = GgufFile.find(tokenizer.get()).map(GgufFile::metadata);
        if (gguf.isPresent()) {
            gguf.get().keys().stream()
                    .filter(key -> key.startsWith("tokenizer."))
                    .forEach(key -> keys.copy(gguf.get(), key));
        } else {
            GgufTextWriter.write(tokenizer.get(), vocabulary, keys);
        }
    }

    @Override
    public Map<String, Object> configKeys() {
        return Map.of();
    }

    @Override
    public void writeFiles(Path folder) throws IOException {
        if (tokenizer.isPresent()) {
            new SourceFiles(tokenizer.get()).writeFiles(folder);
        }
    }
}
