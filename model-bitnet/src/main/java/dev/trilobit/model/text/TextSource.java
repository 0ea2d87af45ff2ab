package dev.trilobit.model.text;

import dev.trilobit.model.file.GgufFile;
import dev.trilobit.model.file.ModelFolder;
import dev.trilobit.model.file.ModelFormatException;
import java.util.Optional;

/** The files of a model that hold its tokenizer and what else there is to know about its text. */
sealed interface TextSource permits HuggingFaceText, SentencePieceText, GgufText {
    /**
     * Finds the source of a folder: a GGUF file that has a tokenizer, else {@code tokenizer.json},
     * else {@code tokenizer.model}.
     *
     * @throws ModelFormatException if there is none
     */
    static TextSource of(ModelFolder folder) {
        return GgufText.find(folder)
                .or(() -> HuggingFaceText.find(folder))
                .or(() -> SentencePieceText.find(folder))
                .orElseThrow(() -> missing(folder));
    }

    /**
     * Checks that there is a source, without reading it.
     *
     * @throws ModelFormatException if there is none
     */
    static void require(ModelFolder folder) {
        if (!GgufText.isIn(folder)
                && !HuggingFaceText.isIn(folder)
                && !SentencePieceText.isIn(folder)) {
            throw missing(folder);
        }
    }

    /** Tells whether there is a source, without reading it. */
    static boolean isIn(ModelFolder folder) {
        return HuggingFaceText.isIn(folder)
                || GgufText.isIn(folder)
                || SentencePieceText.isIn(folder);
    }

    private static ModelFormatException missing(ModelFolder folder) {
        Optional<GgufFile> gguf = GgufFile.find(folder);
        if (gguf.isPresent()) {
            return new ModelFormatException(
                    folder.label(),
                    "expected a tokenizer in the file, got %s; without one the model runs on token ids alone: logits --tokens"
                            .formatted(
                                    gguf.get()
                                            .metadata()
                                            .string(GgufVocabulary.MODEL)
                                            .map(name -> GgufVocabulary.MODEL + " " + name)
                                            .orElse("no " + GgufVocabulary.MODEL)));
        }
        return ModelFormatException.missing(
                folder,
                "%s, %s or a GGUF file with %s"
                        .formatted(
                                HuggingFaceText.TOKENIZER,
                                SentencePieceText.TOKENIZER,
                                GgufVocabulary.MODEL));
    }

    /**
     * Reads the tokenizer.
     *
     * @throws ModelFormatException if it is wrong or not supported
     */
    Tokenizer openTokenizer();

    /**
     * Reads the other facts.
     *
     * @param tokenizer what {@link #openTokenizer} gave
     * @throws ModelFormatException naming everything that is wrong
     * @throws TemplateException if the chat template is wrong
     */
    TextFacts facts(Tokenizer tokenizer);
}
