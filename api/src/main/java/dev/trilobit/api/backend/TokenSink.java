package dev.trilobit.api.backend;

/** Takes tokens as they are generated. */
@FunctionalInterface
public interface TokenSink {
    /** Takes the next token; returns whether to go on. */
    boolean accept(int token);
}
