package dev.trilobit.cli.io;

/**
 * The command was asked for properly and cannot be done: the program says so in one line and leaves
 * with {@link ExitCode#FAILURE}.
 */
public final class CommandFailedException extends RuntimeException {
    private static final long serialVersionUID = 1;

    /** Reports what failed, where, and what to do. */
    public CommandFailedException(String message) {
        super(message);
    }

    /** Reports what failed, with what caused it. */
    public CommandFailedException(String message, Throwable cause) {
        super(message, cause);
    }
}
