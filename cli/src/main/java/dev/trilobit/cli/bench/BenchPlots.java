package dev.trilobit.cli.bench;

import dev.trilobit.cli.bench.measure.Samples;
import dev.trilobit.cli.bench.plot.Axis;
import dev.trilobit.cli.bench.plot.Chart;
import dev.trilobit.cli.bench.plot.Series;
import dev.trilobit.cli.bench.plot.Series.Mark;
import dev.trilobit.cli.bench.plot.Series.Point;
import dev.trilobit.cli.io.ByteCount;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * The charts of a report.
 *
 * @param report what was measured
 */
record BenchPlots(BenchReport report) {
    private static final int LIMIT_POINTS = 33;

    /** Returns those there is something to draw in. */
    List<Chart> charts() {
        return Stream.of(byContext(), Optional.of(roofline())).flatMap(Optional::stream).toList();
    }

    private String note() {
        BenchSubject subject = report.subject();
        return "%s, %s, %s"
                .formatted(
                        subject.shortName(),
                        ByteCount.text(subject.summary().weightBytes()),
                        report.where().machine().processor());
    }

    /** Tokens a second by the tokens in the context, under what the memory allows. */
    Optional<Chart> byContext() {
        var series = new ArrayList<Series>();
        for (int i = 0; i < report.runs().size(); i++) {
            ThreadRun run = report.runs().get(i);
            List<Point> points = decoding(run).map(BenchPlots::pace).toList();
            if (!points.isEmpty()) {
                double last = points.getLast().x();
                series.add(new Series("READ, " + threads(run), i, Mark.LIMIT, limit(run, last)));
                series.add(new Series("tokens/s, " + threads(run), i, Mark.LINE, points));
            }
        }
        if (series.isEmpty()) {
            return Optional.empty();
        }
        Axis x = Axis.fromZero("tokens in the context", most(series, false));
        Axis y = Axis.fromZero("tokens/s", most(series, true));
        return Optional.of(new Chart("Decoding by context", note(), x, y, series));
    }

    private static double most(List<Series> series, boolean up) {
        return points(series)
                .mapToDouble(point -> up ? Math.max(point.y(), point.most()) : point.x())
                .max()
                .orElseThrow();
    }

    private static Stream<Point> points(List<Series> series) {
        return series.stream().flatMap(one -> one.points().stream());
    }

    /** Generated tokens, of the first number asked for. */
    private static Stream<TestResult> decoding(ThreadRun run) {
        List<TestResult> generated =
                run.results().stream()
                        .filter(result -> result.test().kind() == TokenTest.Kind.GENERATE)
                        .toList();
        return generated.stream()
                .filter(r -> r.test().tokens() == generated.getFirst().test().tokens());
    }

    private static Point pace(TestResult result) {
        Samples pace = result.tokensPerSecond();
        return new Point(result.test().middle(), pace.median(), pace.least(), pace.most(), "");
    }

    private static List<Point> limit(ThreadRun run, double last) {
        var points = new ArrayList<Point>();
        for (int i = 0; i < LIMIT_POINTS; i++) {
            double depth = last * i / (LIMIT_POINTS - 1);
            points.add(
                    Point.of(depth, run.read().median() / run.program().traffic().bytesAt(depth)));
        }
        return points;
    }

    /** Multiplications a second by multiplications a byte, at the least depth there is. */
    Chart roofline() {
        var limits = new ArrayList<Series>();
        var dots = new ArrayList<Series>();
        List<List<Point>> all = report.runs().stream().map(this::dots).toList();
        double least = all.stream().flatMap(List::stream).mapToDouble(Point::x).min().orElseThrow();
        double most = all.stream().flatMap(List::stream).mapToDouble(Point::x).max().orElseThrow();
        Axis x = Axis.around("multiplications for each byte read", least, most);
        for (int i = 0; i < all.size(); i++) {
            ThreadRun run = report.runs().get(i);
            limits.add(
                    new Series(
                            "READ, fastest, " + threads(run),
                            i,
                            Mark.LIMIT,
                            roof(run, all.get(i), x)));
            dots.add(new Series("tests, " + threads(run), i, Mark.DOTS, all.get(i)));
        }
        List<Series> series = Stream.concat(limits.stream(), dots.stream()).toList();
        Axis y =
                Axis.around(
                        "multiplications a second, 10\u2079",
                        points(series).mapToDouble(Point::least).min().orElseThrow(),
                        points(series).mapToDouble(Point::most).max().orElseThrow());
        int depth = report.runs().getFirst().results().getFirst().test().depth();
        String title = depth == 0 ? "Roofline" : "Roofline, %d tokens before".formatted(depth);
        return new Chart(title, note(), x, y, series);
    }

    private List<Point> dots(ThreadRun run) {
        int depth = run.results().getFirst().test().depth();
        return run.results().stream()
                .filter(result -> result.test().depth() == depth)
                .map(result -> dot(run, result))
                .toList();
    }

    private Point dot(ThreadRun run, TestResult result) {
        TokenTest test = result.test();
        int batch = run.program().batchTokens();
        double work = report.subject().work().of(test, batch);
        double perByte = work / run.bytes(test);
        Samples speed = result.seconds().map(seconds -> work / seconds / 1e9);
        return new Point(perByte, speed.median(), speed.least(), speed.most(), test.label());
    }

    /**
     * As the memory allows, up to the fastest that was seen: a peak nobody measured is not drawn.
     */
    private static List<Point> roof(ThreadRun run, List<Point> dots, Axis x) {
        double read = run.read().median() / 1e9;
        double fastest = dots.stream().mapToDouble(Point::y).max().orElseThrow();
        double corner = fastest / read;
        if (corner <= x.from()) {
            return List.of(Point.of(x.from(), fastest), Point.of(x.to(), fastest));
        }
        return corner >= x.to()
                ? List.of(Point.of(x.from(), read * x.from()), Point.of(x.to(), read * x.to()))
                : List.of(
                        Point.of(x.from(), read * x.from()),
                        Point.of(corner, fastest),
                        Point.of(x.to(), fastest));
    }

    private static String threads(ThreadRun run) {
        return switch (run.threads()) {
            case "1" -> "1 thread";
            case "auto" -> "threads: auto";
            default -> run.threads() + " threads";
        };
    }
}
