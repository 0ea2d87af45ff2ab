package dev.trilobit.backend.cpu;

/**
 * One operation of a session, bound to its buffers. Runs without allocating, but that caches get a
 * page more now and then.
 */
@FunctionalInterface
interface Step {
    /** Does the operation for the tokens of {@link StepTokens}. */
    void run();
}
