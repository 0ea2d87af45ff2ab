package dev.trilobit.cli.bench;

import dev.trilobit.cli.bench.measure.Samples;
import dev.trilobit.cli.bench.table.ReportFormat;
import dev.trilobit.cli.bench.table.TextTable;
import dev.trilobit.cli.bench.table.TextTable.Column;
import dev.trilobit.cli.io.ByteCount;
import dev.trilobit.cli.io.Json;
import dev.trilobit.cli.io.StandardStreams;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * A report for people.
 *
 * @param report what was measured
 */
record BenchTable(BenchReport report) {
    /** Prints it. */
    void print(ReportFormat format, StandardStreams streams) {
        switch (format) {
            case JSON -> Json.print(streams, report.object());
            case CSV -> flat(report.rows()).lines(format).forEach(streams.out()::println);
            case TABLE, MARKDOWN -> {
                table().lines(format).forEach(streams.out()::println);
                streams.out().println();
                // In a document each fact is an entry of a list.
                String before = format == ReportFormat.MARKDOWN ? "- " : "";
                facts().forEach(fact -> streams.out().println(before + fact));
            }
        }
    }

    private static TextTable flat(List<Map<String, Object>> rows) {
        List<Column> columns = rows.getFirst().keySet().stream().map(Column::words).toList();
        return new TextTable(
                columns,
                rows.stream()
                        .map(row -> row.values().stream().map(String::valueOf).toList())
                        .toList());
    }

    /** The columns of llama-bench, then what moves through memory. */
    TextTable table() {
        List<Column> columns =
                List.of(
                        Column.words("model"),
                        Column.numbers("size"),
                        Column.numbers("params"),
                        Column.words("backend"),
                        Column.numbers("threads"),
                        Column.words("test"),
                        Column.numbers("t/s"),
                        Column.numbers("min"),
                        Column.numbers("max"),
                        Column.numbers("MB/step"),
                        Column.numbers("GB/s"),
                        Column.numbers("of READ"),
                        Column.numbers("cost"));
        var rows = new ArrayList<List<String>>();
        for (ThreadRun run : report.runs()) {
            run.results().forEach(result -> rows.add(row(run, result)));
        }
        return new TextTable(columns, rows);
    }

    private List<String> row(ThreadRun run, TestResult result) {
        BenchSubject subject = report.subject();
        Samples pace = result.tokensPerSecond();
        return List.of(
                subject.shortName(),
                ByteCount.text(subject.summary().weightBytes()),
                format("%.2f B", subject.summary().parameters() / 1e9),
                subject.machine().backend(),
                run.threads(),
                result.test().label(),
                format("%.2f", pace.median()),
                format("%.2f", pace.least()),
                format("%.2f", pace.most()),
                format("%.1f", run.bytesPerStep(result.test()) / 1e6),
                format("%.1f", run.bytesPerSecond(result).median() / 1e9),
                format("%.0f %%", 100 * run.shareOfRead(result)),
                run.cost(result).map(cost -> format("%.2fx", cost)).orElse("-"));
    }

    /** One line a fact. */
    List<String> facts() {
        BenchSubject subject = report.subject();
        var facts = new ArrayList<String>();
        facts.add(
                "machine: %s; %s; Java %s"
                        .formatted(
                                subject.machine().processor(),
                                subject.machine().device(),
                                subject.machine().java()));
        facts.add("activations: " + subject.activationText());
        report.runs().forEach(run -> facts.addAll(facts(run)));
        facts.add(
                "t/s, GB/s: medians; a step reads all weights and the cache once; READ: the plain"
                        + " read loop of this run; cost: of a step, in steps of one token");
        return facts;
    }

    private static List<String> facts(ThreadRun run) {
        ThreadRun.Compiled program = run.program();
        String threads = "threads " + run.threads() + ": ";
        return List.of(
                threads
                        + format(
                                "compiled in %.2f s; %s of weights repacked, %s read a token; cache %s,"
                                        + " %s for %d tokens",
                                program.seconds(),
                                ByteCount.text(program.repackedBytes()),
                                ByteCount.text(program.traffic().weightBytes()),
                                program.traffic().cacheType(),
                                ByteCount.text(program.cacheBytes()),
                                program.contextTokens()),
                threads
                        + format(
                                "READ %.1f GB/s (%.1f to %.1f, %d readings); %s; %.0f bytes of heap a token",
                                run.read().median() / 1e9,
                                run.read().least() / 1e9,
                                run.read().most() / 1e9,
                                run.read().values().size(),
                                program.memory(),
                                allocated(run)),
                threads + "logits " + run.check().text());
    }

    /** Of generated tokens, if there are any. */
    private static double allocated(ThreadRun run) {
        return run.results().stream()
                .filter(result -> result.test().kind() == TokenTest.Kind.GENERATE)
                .mapToDouble(TestResult::allocatedBytesPerToken)
                .min()
                .orElse(run.results().getFirst().allocatedBytesPerToken());
    }

    private static String format(String pattern, Object... values) {
        return String.format(Locale.ROOT, pattern, values);
    }
}
