package dev.trilobit.model.generate;

import java.util.ArrayList;
import java.util.List;

/** Collects what is wrong with a record of options, to report all of it at once. */
final class WrongOptions {
    private final List<String> reasons = new ArrayList<>();

    /** Notes a wrong option. */
    void add(String option, String expected, Object got) {
        reasons.add("%s: expected %s, got %s".formatted(option, expected, got));
    }

    /**
     * Ends the check.
     *
     * @throws IllegalArgumentException if anything was noted
     */
    void throwIfAny() {
        if (!reasons.isEmpty()) {
            throw new IllegalArgumentException(String.join("; ", reasons));
        }
    }
}
