package example.backend;

import dev.trilobit.api.backend.BackendException;
import java.util.function.Supplier;

/** Turns a lack of memory into the exception that callers are promised. */
final class Memory {
    private Memory() {}

    /**
     * Does something that allocates.
     *
     * @param what what the memory is for
     * @throws BackendException if it does not suffice
     */
    static <T> T need(String what, Supplier<T> work) {
        try {
            return work.get();
        } catch (OutOfMemoryError e) {
            throw new BackendException(
                    "%s: not enough memory for %s: %s"
                            .formatted(BitPlaneBackend.ID, what, e.getMessage()),
                    e);
        }
    }
}
