package dev.trilobit.model;

import dev.trilobit.model.layout.I2sLayout;
import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * How the codes of I2_S tensors lie: three layouts were written under one type, and a file does not
 * say which it has. Other tensors are not concerned.
 */
public enum I2sChoice {
    /** Blocks of 128 weights in 32 bytes: what the published files have. */
    A,
    /** Blocks of 64 weights in 16 bytes: quantized by an ARM build of 2026. */
    B,
    /** Four rows to a byte: quantized by an x86 build without its parallel kernels. */
    C,
    /** Whichever makes the model understand a short text best; see {@link I2sProbe}. */
    PROBE;

    /**
     * Finds a choice by its name in lower case.
     *
     * @throws IllegalArgumentException if there is none
     */
    public static I2sChoice of(String name) {
        return Arrays.stream(values())
                .filter(choice -> choice.label().equals(name))
                .findFirst()
                .orElseThrow(
                        () ->
                                new IllegalArgumentException(
                                        "I2_S layout: expected one of %s, got %s"
                                                .formatted(labels(), name)));
    }

    private static String labels() {
        return Arrays.stream(values()).map(I2sChoice::label).collect(Collectors.joining(", "));
    }

    /** Returns its name in lower case. */
    public String label() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** Returns the layout, unless it is to be found out. */
    Optional<I2sLayout> layout() {
        return switch (this) {
            case A -> Optional.of(I2sLayout.A);
            case B -> Optional.of(I2sLayout.B);
            case C -> Optional.of(I2sLayout.C);
            case PROBE -> Optional.empty();
        };
    }
}
