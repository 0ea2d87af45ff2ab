package dev.trilobit.cli.io;

/** The three streams every process is given. */
public enum StandardStream {
    /** Prompts that are piped in, or what is typed. */
    IN('0'),
    /** Generated text, reports and JSON: what a program would read. */
    OUT('1'),
    /** All the rest: progress, figures, complaints. */
    ERR('2');

    private final char descriptor;

    StandardStream(char descriptor) {
        this.descriptor = descriptor;
    }

    /** Returns the digit of its file descriptor. */
    char descriptor() {
        return descriptor;
    }
}
