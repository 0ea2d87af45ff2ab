package dev.trilobit.backend.cpu;

/** The number a stored code stands for before scale and bias. */
enum CodeValue {
    /** q itself; a bias follows. */
    UNSIGNED,
    /** A bit: -1 or +1. */
    SIGN,
    /** t = code - 1. */
    TRIT,
    /** q less the code of zero, which the kernel subtracts: for codes that are multiplied. */
    CENTRED;

    /** Returns the number that {@code code} stands for. */
    int of(int code) {
        return switch (this) {
            case UNSIGNED -> code;
            case SIGN -> 2 * code - 1;
            case TRIT -> code - 1;
            case CENTRED -> throw new IllegalArgumentException("known to the kernel alone");
        };
    }
}
