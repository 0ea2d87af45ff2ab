package dev.trilobit.cli.bench.kernels;

import dev.trilobit.cli.bench.table.Decimal;
import dev.trilobit.cli.bench.table.ReportFormat;
import dev.trilobit.cli.bench.table.TextTable;
import dev.trilobit.cli.bench.table.TextTable.Column;
import dev.trilobit.cli.io.Json;
import dev.trilobit.cli.io.StandardStreams;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;

/**
 * What was measured.
 *
 * @param machine in a line
 * @param readBytesPerSecond of the plain read loop, by number of threads
 * @param results in the order to show them
 */
record KernelTable(
        String machine, Map<String, Double> readBytesPerSecond, List<KernelResult> results) {
    KernelTable {
        readBytesPerSecond = new LinkedHashMap<>(readBytesPerSecond);
        results = List.copyOf(results);
    }

    /** Prints it. */
    void print(ReportFormat format, StandardStreams streams) {
        switch (format) {
            case JSON -> Json.print(streams, object());
            case CSV -> flat().lines(format).forEach(streams.out()::println);
            case TABLE, MARKDOWN -> {
                table().lines(format).forEach(streams.out()::println);
                streams.out().println();
                streams.out().println("machine: " + machine);
                readBytesPerSecond.forEach(
                        (threads, rate) ->
                                streams.out()
                                        .println(
                                                "threads %s: READ %s GB/s"
                                                        .formatted(
                                                                threads,
                                                                Decimal.brief(rate / 1e9))));
            }
        }
    }

    private Map<String, Object> object() {
        Map<String, Object> object = new LinkedHashMap<>();
        object.put("machine", machine);
        object.put("read_bytes_per_second", readBytesPerSecond);
        object.put("results", facts());
        return object;
    }

    private List<Map<String, Object>> facts() {
        return results.stream().map(result -> result.facts(speedUp(result).orElse(0))).toList();
    }

    private TextTable flat() {
        List<Map<String, Object>> facts = facts();
        return new TextTable(
                facts.getFirst().keySet().stream().map(Column::words).toList(),
                facts.stream()
                        .map(row -> row.values().stream().map(String::valueOf).toList())
                        .toList());
    }

    private TextTable table() {
        return new TextTable(
                List.of(
                        Column.words("engine"),
                        Column.numbers("threads"),
                        Column.words("weights"),
                        Column.words("shape"),
                        Column.numbers("M"),
                        Column.numbers("us"),
                        Column.numbers("min"),
                        Column.numbers("max"),
                        Column.numbers("bits/w"),
                        Column.numbers("GB/s"),
                        Column.numbers("Gw/s"),
                        Column.numbers("GMAC/s"),
                        Column.numbers("over bf16")),
                results.stream().map(this::row).toList());
    }

    private List<String> row(KernelResult result) {
        OptionalDouble speedUp = speedUp(result);
        return List.of(
                result.engine(),
                result.threads(),
                result.kernel().format().label(),
                result.kernel().chain().label(),
                String.valueOf(result.kernel().tokens()),
                Decimal.brief(1e6 * result.seconds().median()),
                Decimal.brief(1e6 * result.seconds().least()),
                Decimal.brief(1e6 * result.seconds().most()),
                Decimal.text(result.bitsPerWeight(), 2),
                Decimal.brief(result.bytesPerSecond() / 1e9),
                Decimal.brief(result.weightsPerSecond() / 1e9),
                Decimal.brief(result.multiplicationsPerSecond() / 1e9),
                speedUp.isPresent() ? Decimal.brief(speedUp.getAsDouble()) + "x" : "-");
    }

    /** Against the same engine's dense 16-bit matrix of the same shape with as many threads. */
    private OptionalDouble speedUp(KernelResult result) {
        return results.stream()
                .filter(other -> other.kernel().equals(result.kernel().baseline()))
                .filter(other -> other.engine().equals(result.engine()))
                .filter(other -> other.threads().equals(result.threads()))
                .mapToDouble(other -> other.seconds().median() / result.seconds().median())
                .findFirst();
    }
}
