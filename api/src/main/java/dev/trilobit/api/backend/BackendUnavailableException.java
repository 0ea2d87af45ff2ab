package dev.trilobit.api.backend;

/** No requested backend can run; the message has the reason of each. */
public final class BackendUnavailableException extends BackendException {
    private static final long serialVersionUID = 1;

    /** Reports that nothing usable was found. */
    public BackendUnavailableException(String message) {
        super(message);
    }
}
