package dev.trilobit.cli.bench.plot;

import java.util.Locale;
import java.util.stream.Collectors;

/** Draws one chart as SVG elements. */
final class ChartDrawing {
    static final int WIDTH = 860;
    static final int HEIGHT = 460;

    private static final int LEFT = 76;
    private static final int RIGHT = 620;
    private static final int TOP = 78;
    private static final int BOTTOM = 396;
    private static final int LEGEND_LINE = 24;
    private static final int COLOURS = 4;

    private final Chart chart;
    private final int top;
    private final StringBuilder svg = new StringBuilder();
    private final LabelPlaces labels = new LabelPlaces();

    /**
     * Takes a chart.
     *
     * @param top where it begins in the file
     */
    ChartDrawing(Chart chart, int top) {
        this.chart = chart;
        this.top = top;
    }

    /** Returns the elements. */
    String svg() {
        add("<g transform=\"translate(0 %d)\">%n", top);
        add("<text class=\"title\" x=\"%d\" y=\"32\">%s</text>%n", LEFT, text(chart.title()));
        add("<text class=\"faint\" x=\"%d\" y=\"54\">%s</text>%n", LEFT, text(chart.note()));
        axes();
        chart.series().forEach(this::lines);
        chart.series().forEach(this::dots);
        chart.series().forEach(this::dotLabels);
        for (int i = 0; i < chart.series().size(); i++) {
            legend(chart.series().get(i), TOP + 10 + i * LEGEND_LINE);
        }
        add("</g>%n");
        return svg.toString();
    }

    private double x(double value) {
        return LEFT + chart.x().share(value) * (RIGHT - LEFT);
    }

    private double y(double value) {
        return BOTTOM - chart.y().share(value) * (BOTTOM - TOP);
    }

    private void axes() {
        for (double tick : chart.x().ticks()) {
            line("grid", x(tick), TOP, x(tick), BOTTOM);
            add(
                    "<text class=\"faint\" text-anchor=\"middle\" x=\"%.1f\" y=\"%d\">%s</text>%n",
                    x(tick), BOTTOM + 20, Axis.text(tick));
        }
        for (double tick : chart.y().ticks()) {
            line("grid", LEFT, y(tick), RIGHT, y(tick));
            add(
                    "<text class=\"faint\" text-anchor=\"end\" x=\"%d\" y=\"%.1f\">%s</text>%n",
                    LEFT - 8, y(tick) + 4, Axis.text(tick));
        }
        line("axis", LEFT, BOTTOM, RIGHT, BOTTOM);
        line("axis", LEFT, TOP, LEFT, BOTTOM);
        double middle = (LEFT + RIGHT) / 2.0;
        add(
                "<text text-anchor=\"middle\" x=\"%.1f\" y=\"%d\">%s</text>%n",
                middle, BOTTOM + 44, text(chart.x().label()));
        double across = (TOP + BOTTOM) / 2.0;
        add(
                "<text text-anchor=\"middle\" transform=\"translate(20 %.1f) rotate(-90)\">%s</text>%n",
                across, text(chart.y().label()));
    }

    private void line(String style, double x1, double y1, double x2, double y2) {
        add(
                "<line class=\"%s\" x1=\"%.1f\" y1=\"%.1f\" x2=\"%.1f\" y2=\"%.1f\"/>%n",
                style, x1, y1, x2, y2);
    }

    private static String colour(Series series) {
        return "c" + series.colour() % COLOURS;
    }

    private void lines(Series series) {
        String style =
                switch (series.mark()) {
                    case LINE -> "line ";
                    case LIMIT -> "limit ";
                    case DOTS -> "";
                };
        if (style.isEmpty() || series.points().size() < 2) {
            return;
        }
        String points =
                series.points().stream()
                        .map(point -> format("%.1f,%.1f", x(point.x()), y(point.y())))
                        .collect(Collectors.joining(" "));
        add("<polyline class=\"%s%s\" points=\"%s\"/>%n", style, colour(series), points);
    }

    private void dots(Series series) {
        if (series.mark() == Series.Mark.LIMIT && series.points().size() > 1) {
            return;
        }
        for (Series.Point point : series.points()) {
            if (point.least() < point.most()) {
                line(
                        "spread " + colour(series),
                        x(point.x()),
                        y(point.least()),
                        x(point.x()),
                        y(point.most()));
            }
            add(
                    "<circle class=\"dot %s\" cx=\"%.1f\" cy=\"%.1f\" r=\"4.5\"><title>%s: %s, %s</title></circle>%n",
                    colour(series),
                    x(point.x()),
                    y(point.y()),
                    text(point.label().isEmpty() ? series.name() : point.label()),
                    format("%.4g", point.x()),
                    format("%.4g", point.y()));
            labels.keepFree(x(point.x()), y(point.y()));
        }
    }

    private void dotLabels(Series series) {
        for (Series.Point point : series.points()) {
            if (!point.label().isEmpty()) {
                labels.find(x(point.x()), y(point.y()), point.label(), RIGHT)
                        .ifPresent(
                                place ->
                                        add(
                                                "<text x=\"%.1f\" y=\"%.1f\">%s</text>%n",
                                                place.x(), place.y(), text(point.label())));
            }
        }
    }

    private void legend(Series series, double y) {
        double from = RIGHT + 22;
        switch (series.mark()) {
            case LINE -> line("line " + colour(series), from, y, from + 26, y);
            case LIMIT -> line("limit " + colour(series), from, y, from + 26, y);
            case DOTS -> {}
        }
        if (series.mark() != Series.Mark.LIMIT) {
            add(
                    "<circle class=\"dot %s\" cx=\"%.1f\" cy=\"%.1f\" r=\"4.5\"/>%n",
                    colour(series), from + 13, y);
        }
        add("<text x=\"%.1f\" y=\"%.1f\">%s</text>%n", from + 34, y + 4, text(series.name()));
    }

    private void add(String pattern, Object... values) {
        svg.append(format(pattern, values));
    }

    private static String format(String pattern, Object... values) {
        return String.format(Locale.ROOT, pattern, values);
    }

    private static String text(String plain) {
        return plain.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;");
    }
}
