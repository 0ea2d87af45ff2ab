package dev.trilobit.model.jinja;

/** A template is wrong, needs what we do not support, refuses its values or does too much. */
public final class JinjaException extends RuntimeException {
    private static final long serialVersionUID = 1;

    private final int line;

    JinjaException(int line, String problem) {
        super("line %d: %s".formatted(line, problem));
        this.line = line;
    }

    /** Returns the line of the template, from 1. */
    public int line() {
        return line;
    }
}
