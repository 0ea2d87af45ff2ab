package dev.trilobit.api.backend;

/** For which tokens of a step logits are computed. */
public enum LogitRows {
    /** The last token only. */
    LAST,
    /** Every token, in order. */
    ALL
}
