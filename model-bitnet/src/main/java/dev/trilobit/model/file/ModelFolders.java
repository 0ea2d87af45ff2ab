package dev.trilobit.model.file;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;

/** Opens the files of a model. */
public final class ModelFolders {
    /** What is said where a folder of safetensors was expected and GGUF files lie there. */
    static final String OPEN_GGUF = "open a GGUF model by the path of its .gguf file";

    private static final byte[] GGUF_MAGIC = GgufPart.MAGIC.getBytes(StandardCharsets.US_ASCII);

    private ModelFolders() {}

    /**
     * Opens a model: a directory of the Hugging Face layout ({@code config.json}, {@code
     * model.safetensors}, {@code tokenizer.json} and so on), a GGUF file with all its parts if it
     * is split, or a directory that holds one GGUF model and no {@code config.json}. Files are
     * mapped when they are first asked for; their size is not limited.
     *
     * @param path its text is the label of the folder
     * @throws ModelFormatException if there is no such directory or file, it is a file of another
     *     kind, or it cannot be read
     */
    public static ModelFolder open(Path path) {
        String label = path.toString();
        if (!Files.exists(path)) {
            throw new ModelFormatException(label, "no such file or directory");
        }
        boolean directory = Files.isDirectory(path);
        if (!directory && !isGguf(path)) {
            throw new ModelFormatException(label, otherFile(path));
        }
        try {
            return directory ? DirectoryFolder.of(path) : DirectoryFolder.ofFile(path);
        } catch (IOException | UncheckedIOException e) {
            throw new ModelFormatException(label, "the directory cannot be read: " + e, e);
        }
    }

    private static String otherFile(Path file) {
        String expected =
                "expected a Hugging Face folder (config.json, model.safetensors, tokenizer.json) or a GGUF file";
        return file.toString().endsWith(".safetensors")
                ? "this is one file of a model; open the folder it lies in; " + expected
                : "this is a file; " + expected;
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
