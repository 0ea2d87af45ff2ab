package dev.trilobit.model.file;

import java.util.List;

/** A model file is not what it should be; the message names file, tensor and byte offset. */
public sealed class ModelFormatException extends RuntimeException permits FourthCodeException {
    private static final long serialVersionUID = 1;

    /**
     * Reports a bad file.
     *
     * @param file path or label
     * @param problem what was expected and what came
     */
    public ModelFormatException(String file, String problem) {
        super(file + ": " + problem);
    }

    /**
     * Reports a bad file with everything that is wrong with it.
     *
     * @param file path or label
     * @param problems what was expected and what came, at least one
     */
    public ModelFormatException(String file, List<String> problems) {
        super(file + ": " + joined(problems));
    }

    /**
     * Reports a bad file with what caused it.
     *
     * @param file path or label
     * @param problem what was expected and what came
     */
    public ModelFormatException(String file, String problem, Throwable cause) {
        super(file + ": " + problem, cause);
    }

    /**
     * Reports a folder without a file it needs.
     *
     * @param expected the name of the file, or of several of which one would do
     */
    public static ModelFormatException missing(ModelFolder folder, String expected) {
        List<String> names = folder.names();
        boolean gguf = names.stream().anyMatch(ModelFolders::isGgufName);
        return new ModelFormatException(
                folder.label(),
                "expected %s, got %s%s"
                        .formatted(expected, names, gguf ? "; " + ModelFolders.OPEN_GGUF : ""));
    }

    private static String joined(List<String> problems) {
        if (problems.size() == 1) {
            return problems.getFirst();
        }
        return problems.size() + " problems:\n  - " + String.join("\n  - ", problems);
    }
}
