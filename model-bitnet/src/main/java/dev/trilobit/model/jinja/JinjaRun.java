package dev.trilobit.model.jinja;

import java.time.Clock;

/**
 * One rendering: the line it is at, the clock, and how much it may still do. Templates come with
 * downloaded models, so a hostile one must end in an exception and not in an endless loop, a full
 * heap or a stack overflow.
 */
final class JinjaRun {
    /** Evaluated nodes and handled elements; real templates need a few hundred for a message. */
    static final long MAX_STEPS = 2_000_000;

    /** Characters of all strings made or searched on the way, which bounds heap and time. */
    static final long MAX_CHARACTERS = 50_000_000;

    /** Nesting of expressions, statements and macro calls: about 100 kB of stack. */
    static final int MAX_DEPTH = 200;

    private final Clock clock;
    private long steps;
    private long characters;
    private int depth;
    private int line = 1;

    JinjaRun(Clock clock) {
        this.clock = clock;
    }

    Clock clock() {
        return clock;
    }

    void at(int newLine) {
        line = newLine;
    }

    /** Returns the exception to throw for the current line. */
    JinjaException failure(String problem) {
        return new JinjaException(line, problem);
    }

    void step() {
        steps(1);
    }

    void steps(long count) {
        steps += count;
        if (steps > MAX_STEPS) {
            throw failure("does more than %d steps".formatted(MAX_STEPS));
        }
    }

    /** Accounts for a string before it is made. */
    void characters(long count) {
        characters += count;
        if (characters > MAX_CHARACTERS) {
            throw failure("makes more than %d characters".formatted(MAX_CHARACTERS));
        }
    }

    void enter() {
        if (++depth > MAX_DEPTH) {
            throw failure("nests deeper than %d levels".formatted(MAX_DEPTH));
        }
    }

    void leave() {
        depth--;
    }
}
