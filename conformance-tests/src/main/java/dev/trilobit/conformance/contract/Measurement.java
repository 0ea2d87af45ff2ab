package dev.trilobit.conformance.contract;

/**
 * A figure that a check measured.
 *
 * @param name what was measured, with its unit
 * @param value what came
 * @param bound how it is compared with the limit
 * @param limit what was asked for; NaN where there is none
 */
public record Measurement(String name, double value, Bound bound, double limit) {
    /** How a figure is compared. */
    public enum Bound {
        /** At most the limit. */
        AT_MOST,
        /** At least the limit. */
        AT_LEAST,
        /** For information. */
        NONE
    }

    /** Tells whether the figure keeps its limit; NaN never does. */
    public boolean passes() {
        return switch (bound) {
            case AT_MOST -> value <= limit;
            case AT_LEAST -> value >= limit;
            case NONE -> true;
        };
    }

    @Override
    public String toString() {
        return switch (bound) {
            case AT_MOST -> "%s %.3g, at most %.3g".formatted(name, value, limit);
            case AT_LEAST -> "%s %.6g, at least %.6g".formatted(name, value, limit);
            case NONE -> "%s %.6g".formatted(name, value);
        };
    }
}
