package dev.trilobit.conformance.contract;

/** Ends a check whose program the backend refuses, as it has declared. */
public final class DeclaredRefusalException extends RuntimeException {
    private static final long serialVersionUID = 1;

    /**
     * Ends it.
     *
     * @param reason why it is refused by design
     */
    public DeclaredRefusalException(String reason) {
        super(reason);
    }
}
