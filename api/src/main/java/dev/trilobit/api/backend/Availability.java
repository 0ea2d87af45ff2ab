package dev.trilobit.api.backend;

/** Whether a provider can run on this machine. */
public sealed interface Availability {
    /**
     * It can.
     *
     * @param device what it would run on, for people
     * @param score higher is preferred by {@code auto}; 100 is a CPU with vector instructions
     */
    record Available(String device, int score) implements Availability {}

    /**
     * It cannot.
     *
     * @param reason one sentence that says what is missing and, where it can be mended, how
     */
    record Unavailable(String reason) implements Availability {}
}
