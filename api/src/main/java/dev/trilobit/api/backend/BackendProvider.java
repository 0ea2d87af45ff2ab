package dev.trilobit.api.backend;

/**
 * Entry point of a backend, found by {@link java.util.ServiceLoader}; it has a public no-argument
 * constructor.
 *
 * <p>An implementation names no type in its fields, parameters or return types that may be missing
 * at run time (the Vector API, native bindings): it must load everywhere, so that {@link #probe}
 * can say why it does not run.
 */
public interface BackendProvider {
    /** Returns the stable lower-case name users write, such as {@code cpu-vector}. */
    String id();

    /** Looks at the machine, quickly and without side effects. */
    Availability probe();

    /**
     * Opens the backend; the caller closes it.
     *
     * @throws BackendException if the device fails although {@link #probe} found it
     */
    Backend open();
}
