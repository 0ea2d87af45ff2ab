package dev.trilobit.cli.bench.measure;

import dev.trilobit.api.program.ActivationQuant;
import dev.trilobit.cli.io.UsageException;
import java.util.Arrays;
import java.util.Locale;
import java.util.stream.Collectors;

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

    /**
     * Returns the rule called {@code name}.
     *
     * @throws UsageException naming {@code option} if there is none
     */
    public static ActivationQuant of(String option, String name) {
        return Arrays.stream(ActivationQuant.values())
                .filter(rule -> label(rule).equals(name))
                .findFirst()
                .orElseThrow(
                        () ->
                                new UsageException(
                                        "%s: expected one of %s, got '%s'"
                                                .formatted(option, labels(), name)));
    }

    private static String labels() {
        return Arrays.stream(ActivationQuant.values())
                .map(ActivationRule::label)
                .collect(Collectors.joining(", "));
    }
}
