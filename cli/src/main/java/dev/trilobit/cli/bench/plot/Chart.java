package dev.trilobit.cli.bench.plot;

import java.util.List;

/**
 * A chart with one pair of axes.
 *
 * @param title above it
 * @param note a line under the title
 * @param x axis across
 * @param y axis up
 * @param series what is drawn, the last on top
 */
public record Chart(String title, String note, Axis x, Axis y, List<Series> series) {
    public Chart {
        series = List.copyOf(series);
    }
}
