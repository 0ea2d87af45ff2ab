package dev.trilobit.model.file;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;

/** Opens the files of a model. */
public final class ModelFolders {
    /** What is said wherever a GGUF file lies in the way. */
    static final String NO_GGUF = "GGUF files are not supported yet";

    private static final byte[] GGUF_MAGIC = "GGUF".getBytes(StandardCharsets.US_ASCII);

    private ModelFolders() {}

    /**
     * Opens a directory of the Hugging Face layout: {@code config.json}, {@code model.safetensors},
     * {@code tokenizer.json} and so on. Files are mapped when they are first asked for; their size
     * is not limited.
     *
     * @param directory its text is the label of the folder
     * @throws ModelFormatException if there is no such directory, it is a file, or it cannot be
     *     read
     */
    public static ModelFolder open(Path directory) {
        String label = directory.toString();
        if (!Files.exists(directory)) {
            throw new ModelFormatException(label, "no such file or directory");
        }
        if (!Files.isDirectory(directory)) {
            throw new ModelFormatException(label, notADirectory(directory));
        }
        try {
            return new DirectoryFolder(label, directory);
        } catch (IOException | UncheckedIOException e) {
            throw new ModelFormatException(label, "the directory cannot be read: " + e, e);
        }
    }

    private static String notADirectory(Path file) {
        String expected =
                "expected a Hugging Face folder (config.json, model.safetensors, tokenizer.json)";
        if (isGguf(file)) {
            return "this is a GGUF file; " + NO_GGUF + "; " + expected;
        }
        if (file.toString().endsWith(".safetensors")) {
            return "this is one file of a model; open the folder it lies in; " + expected;
        }
        return "this is a file; " + expected;
    }

    static boolean isGgufName(String file) {
        return file.endsWith(".gguf");
    }

    private static boolean isGguf(Path file) {
        if (isGgufName(file.toString())) {
            return true;
        }
        try (var in = Files.newInputStream(file)) {
            return Arrays.equals(in.readNBytes(GGUF_MAGIC.length), GGUF_MAGIC);
        } catch (IOException e) {
            return false; // the answer only chooses the wording of an error
        }
    }
}
