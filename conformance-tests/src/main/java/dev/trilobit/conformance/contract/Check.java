package dev.trilobit.conformance.contract;

/**
 * One thing a backend must do.
 *
 * @param name a sentence or the case it tries, unique within the contract
 * @param body tries it
 */
public record Check(String name, Body body) {
    /** Tries one thing; what fails is told to the trial, an exception is a failure too. */
    @FunctionalInterface
    public interface Body {
        /** Tries it. */
        void run(Trial trial) throws Exception;
    }
}
