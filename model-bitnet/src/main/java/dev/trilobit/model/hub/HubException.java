package dev.trilobit.model.hub;

/** The hub, the network or the cache did not do what was asked; the message says what to do. */
public final class HubException extends RuntimeException {
    private static final long serialVersionUID = 1;

    /** Reports what failed, where, and what to do. */
    public HubException(String message) {
        super(message);
    }

    /** Reports what failed, with what caused it. */
    public HubException(String message, Throwable cause) {
        super(message, cause);
    }
}
