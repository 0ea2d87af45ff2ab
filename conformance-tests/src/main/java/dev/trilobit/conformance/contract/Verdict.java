package dev.trilobit.conformance.contract;

/** How a check ended. */
public enum Verdict {
    /** As promised. */
    PASSED,
    /** Not as promised, or something was thrown. */
    FAILED,
    /** The backend refuses the program, and has declared that it does. */
    REFUSED
}
