package dev.trilobit.model.text;

/**
 * A chat template is wrong, needs what we do not support, refuses the messages or does too much.
 */
public final class TemplateException extends RuntimeException {
    private static final long serialVersionUID = 1;

    private final int line;

    TemplateException(int line, String problem) {
        super("chat template, line %d: %s".formatted(line, problem));
        this.line = line;
    }

    /** Returns the line of the template, from 1. */
    public int line() {
        return line;
    }
}
