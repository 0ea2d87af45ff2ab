package dev.trilobit.cli.io;

/**
 * An option or argument is wrong: the program says so in one line and leaves with {@link
 * ExitCode#USAGE}.
 */
public final class UsageException extends RuntimeException {
    private static final long serialVersionUID = 1;

    /** Reports what is wrong, where, and what to do. */
    public UsageException(String message) {
        super(message);
    }

    /** Reports a value that was refused where it was used. */
    public UsageException(IllegalArgumentException cause) {
        super(cause.getMessage(), cause);
    }

    /** Reports what is wrong, with what found it. */
    public UsageException(String message, Throwable cause) {
        super(message, cause);
    }
}
