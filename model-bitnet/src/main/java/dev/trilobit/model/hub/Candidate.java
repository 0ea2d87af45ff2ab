package dev.trilobit.model.hub;

import java.util.List;

/**
 * Files that are a model together, or would be.
 *
 * @param entry what to open
 * @param files all of them, a file with weights first
 * @param rank less is better; {@link FileChoice#REFUSED} if it cannot be run
 * @param why one line
 */
record Candidate(String entry, List<HubFile> files, int rank, String why) {
    Candidate {
        files = List.copyOf(files);
    }

    boolean runs() {
        return rank != FileChoice.REFUSED;
    }

    boolean has(String path) {
        return files.stream().anyMatch(file -> file.path().equals(path));
    }

    /** Returns the first of its files with weights, for people. */
    String label() {
        return files.getFirst().path();
    }
}
