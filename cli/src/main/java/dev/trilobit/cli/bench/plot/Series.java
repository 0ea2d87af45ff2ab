package dev.trilobit.cli.bench.plot;

import java.util.List;

/**
 * Points that belong together.
 *
 * @param name for the legend
 * @param colour number of a colour; equal numbers look alike in all charts
 * @param mark how it is drawn
 * @param points in the order to join them
 */
public record Series(String name, int colour, Mark mark, List<Point> points) {
    /** How a series is drawn. */
    public enum Mark {
        /** Dots joined by lines: what was measured one after the other. */
        LINE,
        /** Dots alone. */
        DOTS,
        /** A broken line without dots: a limit. */
        LIMIT
    }

    /**
     * A point.
     *
     * @param x across
     * @param y up
     * @param least of y, of all repetitions
     * @param most of y, of all repetitions
     * @param label beside the point; empty for none
     */
    public record Point(double x, double y, double least, double most, String label) {
        /** Makes a point without spread and label. */
        public static Point of(double x, double y) {
            return new Point(x, y, y, y, "");
        }
    }

    public Series {
        points = List.copyOf(points);
    }
}
