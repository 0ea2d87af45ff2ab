package dev.trilobit.model.hub;

import java.io.IOException;

/** A server sends whole files only. */
final class NoRangesException extends IOException {
    private static final long serialVersionUID = 1;

    NoRangesException(String host) {
        super(host + " has no ranges");
    }
}
