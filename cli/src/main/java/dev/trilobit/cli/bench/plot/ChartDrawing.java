package dev.trilobit.cli.bench.plot;

import dev.trilobit.cli.bench.table.Decimal;
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
        add("<g transform=\"translate(0 %d)\">".formatted(top));
        add(
                "<text class=\"title\" x=\"%d\" y=\"32\">%s</text>"
                        .formatted(LEFT, text(chart.title())));
        add(
                "<text class=\"faint\" x=\"%d\" y=\"54\">%s</text>"
                        .formatted(LEFT, text(chart.note())));
        axes();
        chart.series().forEach(this::lines);
        chart.series().forEach(this::dots);
        chart.series().forEach(this::dotLabels);
        for (int i = 0; i < chart.series().size(); i++) {
            legend(chart.series().get(i), TOP + 10 + i * LEGEND_LINE);
        }
        add("</g>");
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
                    "<text class=\"faint\" text-anchor=\"middle\" x=\"%s\" y=\"%d\">%s</text>"
                            .formatted(n(x(tick)), BOTTOM + 20, Axis.text(tick)));
        }
        for (double tick : chart.y().ticks()) {
            line("grid", LEFT, y(tick), RIGHT, y(tick));
            add(
                    "<text class=\"faint\" text-anchor=\"end\" x=\"%d\" y=\"%s\">%s</text>"
                            .formatted(LEFT - 8, n(y(tick) + 4), Axis.text(tick)));
        }
        line("axis", LEFT, BOTTOM, RIGHT, BOTTOM);
        line("axis", LEFT, TOP, LEFT, BOTTOM);
        double middle = (LEFT + RIGHT) / 2.0;
        add(
                "<text text-anchor=\"middle\" x=\"%s\" y=\"%d\">%s</text>"
                        .formatted(n(middle), BOTTOM + 44, text(chart.x().label())));
        double across = (TOP + BOTTOM) / 2.0;
        add(
                "<text text-anchor=\"middle\" transform=\"translate(20 %s) rotate(-90)\">%s</text>"
                        .formatted(n(across), text(chart.y().label())));
    }

    private void line(String style, double x1, double y1, double x2, double y2) {
        add(
                "<line class=\"%s\" x1=\"%s\" y1=\"%s\" x2=\"%s\" y2=\"%s\"/>"
                        .formatted(style, n(x1), n(y1), n(x2), n(y2)));
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
                        .map(point -> n(x(point.x())) + "," + n(y(point.y())))
                        .collect(Collectors.joining(" "));
        add("<polyline class=\"%s%s\" points=\"%s\"/>".formatted(style, colour(series), points));
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
                    "<circle class=\"dot %s\" cx=\"%s\" cy=\"%s\" r=\"4.5\"><title>%s: %s, %s</title></circle>"
                            .formatted(
                                    colour(series),
                                    n(x(point.x())),
                                    n(y(point.y())),
                                    text(point.label().isEmpty() ? series.name() : point.label()),
                                    Decimal.text(point.x(), 3),
                                    Decimal.text(point.y(), 3)));
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
                                                "<text class=\"label\" x=\"%s\" y=\"%s\">%s</text>"
                                                        .formatted(
                                                                n(place.x()),
                                                                n(place.y()),
                                                                text(point.label()))));
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
                    "<circle class=\"dot %s\" cx=\"%s\" cy=\"%s\" r=\"4.5\"/>"
                            .formatted(colour(series), n(from + 13), n(y)));
        }
        add(
                "<text x=\"%s\" y=\"%s\">%s</text>"
                        .formatted(n(from + 34), n(y + 4), text(series.name())));
    }

    private void add(String element) {
        svg.append(element).append('\n');
    }

    private static String n(double pixels) {
        return Decimal.text(pixels, 1);
    }

    private static String text(String plain) {
        return plain.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;");
    }
}
