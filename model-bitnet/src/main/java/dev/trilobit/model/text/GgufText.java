package dev.trilobit.model.text;

import dev.trilobit.model.file.GgufFile;
import dev.trilobit.model.file.GgufMetadata;
import dev.trilobit.model.file.ModelFolder;
import java.util.Optional;

/** A GGUF file with a tokenizer. */
record GgufText(GgufMetadata metadata) implements TextSource {
    static boolean isIn(ModelFolder folder) {
        return find(folder).isPresent();
    }

    static Optional<TextSource> find(ModelFolder folder) {
        return GgufFile.find(folder)
                .map(GgufFile::metadata)
                .filter(GgufVocabulary::isIn)
                .<TextSource>map(GgufText::new);
    }

    @Override
    public Tokenizer openTokenizer() {
        return Tokenizer.open(GgufVocabulary.read(metadata));
    }

    @Override
    public TextFacts facts(Tokenizer tokenizer) {
        return GgufFacts.read(metadata, tokenizer);
    }
}
