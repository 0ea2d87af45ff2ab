package dev.trilobit.cli.bench;

import dev.trilobit.cli.bench.measure.Samples;
import dev.trilobit.cli.bench.table.Decimal;
import dev.trilobit.cli.bench.table.ReportFormat;
import dev.trilobit.cli.bench.table.TextTable;
import dev.trilobit.cli.bench.table.TextTable.Column;
import dev.trilobit.cli.io.ByteCount;
import dev.trilobit.cli.io.Json;
import dev.trilobit.cli.io.StandardStreams;
import java.util.ArrayList;
import java.util.List;

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
            case CSV -> TextTable.flat(report.rows()).lines(format).forEach(streams.out()::println);
            case TABLE, MARKDOWN -> {
                table().lines(format).forEach(streams.out()::println);
                streams.out().println();
                // In a document each fact is an entry of a list.
                String before = format == ReportFormat.MARKDOWN ? "- " : "";
                facts().forEach(fact -> streams.out().println(before + fact));
            }
        }
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
                Decimal.text(subject.summary().parameters() / 1e9, 2) + " B",
                subject.machine().backend(),
                run.threads(),
                result.test().label(),
                Decimal.text(pace.median(), 2),
                Decimal.text(pace.least(), 2),
                Decimal.text(pace.most(), 2),
                Decimal.text(run.bytesPerStep(result.test()) / 1e6, 1),
                Decimal.text(run.bytesPerSecond(result).median() / 1e9, 1),
                Decimal.text(100 * run.shareOfRead(result), 0) + " %",
                run.cost(result).map(cost -> Decimal.text(cost, 2) + "x").orElse("-"));
    }

    /** One line a fact. */
    List<String> facts() {
        BenchSubject subject = report.subject();
        var facts = new ArrayList<String>();
        facts.addAll(report.where().lines());
        facts.add("device: " + subject.machine().device());
        facts.add("activations: " + subject.activationText());
        report.runs().forEach(run -> facts.addAll(facts(run)));
        facts.add(
                "t/s, GB/s: medians; a step reads all weights and the cache once; READ: the plain"
                        + " read loop of this run; cost: of a step, in steps of one token; bound of"
                        + " memory: 1.15 x (repacked + cache) + 150 MB");
        return facts;
    }

    private static List<String> facts(ThreadRun run) {
        ThreadRun.Compiled program = run.program();
        String threads = "threads " + run.threads() + ": ";
        return List.of(
                threads
                        + "compiled in %s s; %s of weights repacked, %s read a token; cache %s, %s for %d tokens"
                                .formatted(
                                        Decimal.text(program.seconds(), 2),
                                        ByteCount.text(program.repackedBytes()),
                                        ByteCount.text(program.traffic().weightBytes()),
                                        program.traffic().cacheType(),
                                        ByteCount.text(program.cacheBytes()),
                                        program.contextTokens()),
                threads
                        + "READ %s GB/s (%s to %s, %d readings); %s, bound %s; %s bytes of heap a token"
                                .formatted(
                                        Decimal.text(run.read().median() / 1e9, 1),
                                        Decimal.text(run.read().least() / 1e9, 1),
                                        Decimal.text(run.read().most() / 1e9, 1),
                                        run.read().values().size(),
                                        program.memory(),
                                        ByteCount.text(program.memoryBoundBytes()),
                                        Decimal.text(allocated(run), 0)),
                threads + "logits " + run.check().text());
    }

    /** Of generated tokens, if there are any, in the test that allocates most. */
    private static double allocated(ThreadRun run) {
        return run.results().stream()
                .filter(result -> result.test().kind() == TokenTest.Kind.GENERATE)
                .mapToDouble(TestResult::allocatedBytesPerToken)
                .max()
                .orElse(run.results().getFirst().allocatedBytesPerToken());
    }
}
