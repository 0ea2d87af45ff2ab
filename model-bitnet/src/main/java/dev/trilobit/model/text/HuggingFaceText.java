package dev.trilobit.model.text;

import dev.trilobit.model.file.ModelFolder;
import java.lang.foreign.MemorySegment;
import java.util.Map;
import java.util.Optional;

/** A folder with a {@code tokenizer.json}. */
record HuggingFaceText(ModelFolder folder, MemorySegment json) implements TextSource {
    static final String TOKENIZER = "tokenizer.json";

    static boolean isIn(ModelFolder folder) {
        return folder.find(TOKENIZER).isPresent();
    }

    static Optional<TextSource> find(ModelFolder folder) {
        return folder.find(TOKENIZER).map(json -> new HuggingFaceText(folder, json));
    }

    @Override
    public Tokenizer openTokenizer() {
        return Tokenizer.open(json, folder.label(TOKENIZER));
    }

    @Override
    public TextFacts facts(Tokenizer tokenizer) {
        return HuggingFaceFacts.read(folder, tokenizer, Map.of());
    }
}
