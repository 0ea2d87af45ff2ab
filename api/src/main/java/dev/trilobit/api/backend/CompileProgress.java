package dev.trilobit.api.backend;

/** Hears how far compilation is. Called from the compiling thread. */
@FunctionalInterface
public interface CompileProgress {
    /** Hears nothing. */
    CompileProgress NONE = (_, _) -> {};

    /**
     * Some weights are ready.
     *
     * @param doneBytes bytes of the source handled so far
     * @param totalBytes bytes in all
     */
    void report(long doneBytes, long totalBytes);
}
