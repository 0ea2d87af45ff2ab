package dev.trilobit.cli.option;

import dev.trilobit.cli.io.UsageException;

/** Numbers that count something. */
public final class Positive {
    private Positive() {}

    /**
     * Returns {@code value}.
     *
     * @throws UsageException naming {@code option} if it is below 1
     */
    public static int require(String option, int value) {
        if (value < 1) {
            throw new UsageException(
                    "%s: expected a number from 1, got %d".formatted(option, value));
        }
        return value;
    }
}
