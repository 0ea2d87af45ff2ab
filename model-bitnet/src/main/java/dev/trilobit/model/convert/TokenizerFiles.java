package dev.trilobit.model.convert;

import dev.trilobit.model.file.GgufMetadata;
import dev.trilobit.model.file.GgufMetadataBuilder;
import dev.trilobit.model.file.ModelFolder;
import dev.trilobit.model.text.GgufTextWriter;
import dev.trilobit.model.text.HuggingFaceTextWriter;
import java.io.IOException;
import java.nio.file.Path;

/** Writes tokenizers; that their library does not run on this machine is a reason to refuse. */
final class TokenizerFiles {
    private TokenizerFiles() {}

    /** Writes one file's worth of text. */
    @FunctionalInterface
    private interface Writing {
        void run() throws IOException;
    }

    /** Sets the keys of a GGUF file from a folder. */
    static void toGguf(ModelFolder folder, int vocabulary, GgufMetadataBuilder keys)
            throws IOException {
        refusing(() -> GgufTextWriter.write(folder, vocabulary, keys));
    }

    /** Writes the files of a folder from the keys of a GGUF file. */
    static void toFolder(GgufMetadata metadata, Path folder) throws IOException {
        refusing(() -> HuggingFaceTextWriter.write(metadata, folder));
    }

    private static void refusing(Writing writing) throws IOException {
        try {
            writing.run();
        } catch (IllegalStateException e) {
            throw new ConversionRefusedException(String.valueOf(e.getMessage()), e);
        }
    }
}
