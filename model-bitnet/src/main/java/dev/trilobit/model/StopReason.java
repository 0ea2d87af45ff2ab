package dev.trilobit.model;

/** Why a generation ended. */
public enum StopReason {
    /** The model gave one of its end tokens, or a stop token asked for. */
    END_TOKEN,
    /** A stop string appeared; it is not part of the text. */
    STOP_STRING,
    /** As many tokens as asked for are there. */
    MAX_TOKENS,
    /** The context holds no further token. */
    CONTEXT_FULL,
    /** The listener said so or the thread was interrupted. */
    CANCELLED
}
