package dev.trilobit.cli.bench.plot;

import dev.trilobit.cli.bench.table.Decimal;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * An axis of a chart.
 *
 * @param label what it shows, with the unit
 * @param scale how values lie on it
 * @param from smallest value, positive on a logarithmic scale
 * @param to largest value, above {@code from}
 */
public record Axis(String label, Scale scale, double from, double to) {
    private static final int TICKS = 6;
    private static final List<Double> STEPS = List.of(1.0, 2.0, 5.0);

    /** How values lie. */
    public enum Scale {
        /** Equal distances are equal differences. */
        LINEAR,
        /** Equal distances are equal factors. */
        LOGARITHMIC
    }

    public Axis {
        boolean logarithmic = scale == Scale.LOGARITHMIC;
        if (!(from < to) || Double.isInfinite(to - from) || (logarithmic && from <= 0)) {
            throw new IllegalArgumentException(
                    "%s: expected a %s range, got %s to %s"
                            .formatted(label, scale.name().toLowerCase(Locale.ROOT), from, to));
        }
    }

    /** Makes an axis from 0 to somewhat above {@code largest}. */
    public static Axis fromZero(String label, double largest) {
        return new Axis(label, Scale.LINEAR, 0, largest > 0 ? largest * 1.08 : 1);
    }

    /** Makes a logarithmic axis with room round two positive values. */
    public static Axis around(String label, double least, double most) {
        return new Axis(label, Scale.LOGARITHMIC, least / 1.8, most * 1.8);
    }

    /** Returns where a value lies: 0 at the beginning, 1 at the end, beyond them outside. */
    public double share(double value) {
        return switch (scale) {
            case LINEAR -> (value - from) / (to - from);
            case LOGARITHMIC -> Math.log(value / from) / Math.log(to / from);
        };
    }

    /** Returns round values to mark. */
    public List<Double> ticks() {
        return switch (scale) {
            case LINEAR -> linearTicks();
            case LOGARITHMIC -> logarithmicTicks();
        };
    }

    private List<Double> linearTicks() {
        double rough = (to - from) / TICKS;
        double power = Math.pow(10, Math.floor(Math.log10(rough)));
        double step =
                STEPS.stream()
                        .map(factor -> factor * power)
                        .filter(candidate -> candidate >= rough)
                        .findFirst()
                        .orElse(10 * power);
        var ticks = new ArrayList<Double>();
        for (long i = (long) Math.ceil(from / step); i * step <= to; i++) {
            ticks.add(i * step);
        }
        return ticks;
    }

    private List<Double> logarithmicTicks() {
        var ticks = new ArrayList<Double>();
        for (int e = (int) Math.floor(Math.log10(from)); Math.pow(10, e) <= to; e++) {
            for (double factor : STEPS) {
                double tick = factor * Math.pow(10, e);
                if (tick >= from && tick <= to) {
                    ticks.add(tick);
                }
            }
        }
        return ticks;
    }

    /** Returns how a tick is written. */
    public static String text(double tick) {
        return tick >= 10 || tick == Math.rint(tick)
                ? Decimal.text(tick, 0)
                : Decimal.text(tick, 3).replaceAll("0+$", "");
    }
}
