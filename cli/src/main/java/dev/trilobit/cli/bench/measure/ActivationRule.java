package dev.trilobit.cli.bench.measure;

import dev.trilobit.api.program.ActivationQuant;
import java.util.Locale;

/** Names of the rules for the inputs of linear layers. */
public final class ActivationRule {
    private static final String FLOAT = "float";

    private ActivationRule() {}

    /** Returns for instance {@code float} or {@code int8-per-token}. */
    public static String label(ActivationQuant rule) {
        return rule == ActivationQuant.NONE
                ? FLOAT
                : rule.name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
}
