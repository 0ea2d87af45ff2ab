package dev.trilobit.model.text;

import dev.trilobit.model.jinja.JinjaException;

/**
 * A chat template is wrong, needs what we do not support, refuses the messages or does too much.
 */
public final class TemplateException extends RuntimeException {
    private static final long serialVersionUID = 1;

    private final int line;

    TemplateException(JinjaException cause) {
        super("chat template, " + cause.getMessage(), cause);
        this.line = cause.line();
    }

    /** Returns the line of the template, from 1. */
    public int line() {
        return line;
    }
}
