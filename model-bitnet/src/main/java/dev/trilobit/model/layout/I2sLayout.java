package dev.trilobit.model.layout;

import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;

/**
 * The layouts of the codes that were written as I2_S. Nothing in a file tells them apart; every
 * byte holds four codes, the first in its high bits. Source: bitnet.cpp {@code quantize_i2_s} as
 * compiled for x86, for ARM since January 2026, and for x86 without {@code ACT_PARALLEL}.
 */
public enum I2sLayout {
    /** Blocks of 128: byte p holds codes p, 32 + p, 64 + p and 96 + p. The published files. */
    A,
    /** Blocks of 64: byte p holds codes p, 16 + p, 32 + p and 48 + p. */
    B,
    /** Blocks of four rows: the byte of a column holds its codes in the four rows. */
    C;

    /** Returns the name on the command line: {@code a}, {@code b} or {@code c}. */
    public String label() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** Finds a layout by its name on the command line. */
    public static Optional<I2sLayout> of(String label) {
        return Arrays.stream(values()).filter(layout -> layout.label().equals(label)).findFirst();
    }
}
