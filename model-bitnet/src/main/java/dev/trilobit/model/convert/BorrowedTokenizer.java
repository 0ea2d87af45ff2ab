package dev.trilobit.model.convert;

import dev.trilobit.model.file.GgufFile;
import dev.trilobit.model.file.GgufMetadata;
import dev.trilobit.model.file.GgufMetadataBuilder;
import dev.trilobit.model.file.ModelFolder;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The companions of random weights with the tokenizer of another model.
 *
 * @param files of the weights
 * @param tokenizer the other model
 */
record BorrowedTokenizer(SyntheticFiles files, ModelFolder tokenizer) implements CompanionFiles {
    @Override
    public boolean isVerifiable() {
        return files.isVerifiable();
    }

    @Override
    public List<String> notes() {
        return files.notes();
    }

    @Override
    public boolean isAt(Path target) throws IOException {
        return new SourceFiles(tokenizer).isAt(target);
    }

    @Override
    public void addKeys(GgufMetadataBuilder keys, int vocabulary) throws IOException {
        files.addKeys(keys, vocabulary);
        Optional<GgufMetadata> gguf = GgufFile.find(tokenizer).map(GgufFile::metadata);
        if (gguf.isPresent()) {
            gguf.get().keys().stream()
                    .filter(key -> key.startsWith("tokenizer."))
                    .forEach(key -> keys.copy(gguf.get(), key));
        } else {
            TokenizerFiles.toGguf(tokenizer, vocabulary, keys);
        }
    }

    @Override
    public Map<String, Object> configKeys() {
        return files.configKeys();
    }

    @Override
    public boolean areMasters() {
        return files.areMasters();
    }

    @Override
    public void writeFiles(Path folder) throws IOException {
        new SourceFiles(tokenizer).writeFiles(folder);
    }
}
