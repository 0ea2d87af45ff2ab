package dev.trilobit.model.hub;

import java.util.List;

/**
 * Which files of a repository to take, and why.
 *
 * @param entry what to open: a folder or a file, relative to the repository; empty for its root
 * @param files all that are needed, in the order of the repository
 * @param why one line
 * @param others model files that were not chosen
 */
public record FileChoice(String entry, List<HubFile> files, String why, List<OtherFile> others) {
    /** Rank of what cannot be run. */
    static final int REFUSED = Integer.MAX_VALUE;

    public FileChoice {
        files = List.copyOf(files);
        others = List.copyOf(others);
    }

    /** Reads a small text file of the repository. */
    @FunctionalInterface
    public interface TextReader {
        /** Returns the content of {@code file}. */
        String read(HubFile file);
    }

    /**
     * Chooses what runs best here: packed ternary and 1-bit weights first (folders of safetensors,
     * then GGUF types), then 8 to 4 bits, then what is not quantized.
     *
     * @param repository for messages
     * @param files what there is
     * @param wanted a file, a folder or a type such as {@code Q2_0}; empty for the best
     * @param texts reads a {@code config.json}
     * @throws HubException if nothing can be run, or {@code wanted} cannot; the message says why of
     *     each file
     */
    public static FileChoice of(
            HubRepository repository, List<HubFile> files, String wanted, TextReader texts) {
        return new FileChooser(repository, files, texts).choose(wanted);
    }

    /** Returns the bytes of all files; of those whose size is known. */
    public long bytes() {
        return files.stream().mapToLong(file -> Math.max(file.size(), 0)).sum();
    }
}
