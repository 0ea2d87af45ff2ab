package dev.trilobit.model.file;

import java.util.ArrayList;
import java.util.List;

/**
 * Collects what is wrong with one GGUF file. Only the first problems keep their text: a file may be
 * wrong in a million places, and nobody reads so many.
 */
final class GgufProblems {
    private static final int SHOWN = 20;

    private final String label;
    private final List<String> first = new ArrayList<>();
    private long more;

    GgufProblems(String label) {
        this.label = label;
    }

    /** Returns the file, for messages. */
    String label() {
        return label;
    }

    /** Notes a problem. */
    void add(String problem) {
        if (first.size() < SHOWN) {
            first.add(problem);
        } else {
            more++;
        }
    }

    /** Returns the error that ends reading at once, with all problems noted before. */
    ModelFormatException fatal(String problem) {
        var all = new ArrayList<>(listed());
        all.add(problem);
        return new ModelFormatException(label, all);
    }

    /**
     * Ends reading if there were problems.
     *
     * @throws ModelFormatException with all of them
     */
    void throwIfAny() {
        if (!first.isEmpty()) {
            throw new ModelFormatException(label, listed());
        }
    }

    private List<String> listed() {
        if (more == 0) {
            return first;
        }
        var all = new ArrayList<>(first);
        all.add("and " + more + " more");
        return all;
    }
}
