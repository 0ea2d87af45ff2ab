package dev.trilobit.api.backend;

/** A device, its driver or its memory failed; the message names backend, call and status. */
public class BackendException extends RuntimeException {
    private static final long serialVersionUID = 1;

    /** Reports a failure. */
    public BackendException(String message) {
        super(message);
    }

    /** Reports a failure with what caused it. */
    public BackendException(String message, Throwable cause) {
        super(message, cause);
    }
}
