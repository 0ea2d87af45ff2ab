package dev.trilobit.api.backend;

import java.util.List;

/** A backend was given a program it cannot compile; the message has every reason. */
public final class UnsupportedProgramException extends BackendException {
    private static final long serialVersionUID = 1;

    /**
     * Reports the rejections.
     *
     * @param backend id
     */
    public UnsupportedProgramException(String backend, List<Rejection> rejections) {
        super(backend + " cannot compile this program: " + rejections);
    }
}
