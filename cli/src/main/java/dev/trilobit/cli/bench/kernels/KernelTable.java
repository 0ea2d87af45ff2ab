package dev.trilobit.cli.bench.kernels;

import dev.trilobit.cli.bench.measure.Provenance;
import dev.trilobit.cli.bench.table.Decimal;
import dev.trilobit.cli.bench.table.ReportFormat;
import dev.trilobit.cli.bench.table.TextTable;
import dev.trilobit.cli.bench.table.TextTable.Column;
import dev.trilobit.cli.io.Json;
import dev.trilobit.cli.io.StandardStreams;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What was measured. The fields are described in docs/performance.md.
 *
 * @param where and when
 * @param readBytesPerSecond of the plain read loop, by threads as the results have them
 * @param results in the order to show them
 * @param notes about what could not be measured
 */
record KernelTable(
        Provenance where,
        Map<String, Double> readBytesPerSecond,
        List<KernelResult> results,
        List<String> notes) {
    private static final String MLX =
            "mlx: threads of its own, float32 inputs for quantized weights and 16-bit ones for f16"
                    + " and bf16, which are slow there: 'over bf16' is not what it is elsewhere";

    KernelTable {
        readBytesPerSecond = new LinkedHashMap<>(readBytesPerSecond);
        results = List.copyOf(results);
        notes = List.copyOf(notes);
    }

    /** Prints it. */
    void print(ReportFormat format, StandardStreams streams) {
        switch (format) {
            case JSON -> Json.print(streams, object());
            case CSV -> {
                if (!results.isEmpty()) {
                    TextTable.flat(rows()).lines(format).forEach(streams.out()::println);
                }
            }
            case TABLE, MARKDOWN -> {
                table().lines(format).forEach(streams.out()::println);
                streams.out().println();
                // In a document each fact is an entry of a list.
                String before = format == ReportFormat.MARKDOWN ? "- " : "";
                facts().forEach(fact -> streams.line(before + fact));
            }
        }
    }

    private Map<String, @Nullable Object> object() {
        Map<String, @Nullable Object> object = new LinkedHashMap<>();
        object.put("where", where.facts());
        object.put("read_bytes_per_second", readBytesPerSecond);
        object.put("notes", notes);
        object.put("results", results.stream().map(this::withSamples).toList());
        return object;
    }

    private Map<String, @Nullable Object> withSamples(KernelResult result) {
        Map<String, @Nullable Object> facts = compared(result);
        facts.put("seconds_samples", result.seconds().values());
        return facts;
    }

    private List<Map<String, @Nullable Object>> rows() {
        var rows = new ArrayList<Map<String, @Nullable Object>>();
        for (KernelResult result : results) {
            Map<String, @Nullable Object> row = compared(result);
            row.putAll(where.facts());
            rows.add(row);
        }
        return rows;
    }

    private Map<String, @Nullable Object> compared(KernelResult result) {
        Map<String, @Nullable Object> facts = result.facts();
        facts.put("share_of_read", shareOfRead(result).orElse(null));
        facts.put("speed_up_over_bf16", speedUp(result).orElse(null));
        return facts;
    }

    private List<String> facts() {
        var facts = new ArrayList<String>(where.lines());
        readBytesPerSecond.forEach(
                (threads, rate) ->
                        facts.add(
                                "threads %s: READ %s GB/s"
                                        .formatted(threads, Decimal.brief(rate / 1e9))));
        facts.add(
                "copies: matrices with other weights that take turns; with 1 the weights stay in"
                        + " the caches if they fit");
        if (results.stream().anyMatch(MlxKernels::measured)) {
            facts.add(MLX);
        }
        facts.addAll(notes);
        return facts;
    }

    private TextTable table() {
        return new TextTable(
                List.of(
                        Column.words("engine"),
                        Column.numbers("threads"),
                        Column.words("weights"),
                        Column.words("shape"),
                        Column.numbers("M"),
                        Column.numbers("copies"),
                        Column.numbers("us"),
                        Column.numbers("min"),
                        Column.numbers("max"),
                        Column.numbers("bits/w"),
                        Column.numbers("GB/s"),
                        Column.numbers("of READ"),
                        Column.numbers("Gw/s"),
                        Column.numbers("GMAC/s"),
                        Column.numbers("over bf16")),
                results.stream().map(this::row).toList());
    }

    private List<String> row(KernelResult result) {
        return List.of(
                result.engine().name(),
                result.engine().threads(),
                result.kernel().format().label(),
                result.kernel().chain().label(),
                String.valueOf(result.kernel().tokens()),
                String.valueOf(result.copies()),
                Decimal.brief(1e6 * result.seconds().median()),
                Decimal.brief(1e6 * result.seconds().least()),
                Decimal.brief(1e6 * result.seconds().most()),
                Decimal.text(result.bitsPerWeight(), 2),
                Decimal.brief(result.bytesPerSecond() / 1e9),
                shareOfRead(result).map(share -> Decimal.text(100 * share, 0) + " %").orElse("-"),
                Decimal.brief(result.weightsPerSecond() / 1e9),
                Decimal.brief(result.multiplicationsPerSecond() / 1e9),
                speedUp(result).map(factor -> Decimal.brief(factor) + "x").orElse("-"));
    }

    private Optional<Double> shareOfRead(KernelResult result) {
        return Optional.ofNullable(readBytesPerSecond.get(result.engine().threads()))
                .map(rate -> result.bytesPerSecond() / rate);
    }

    /** Against the same engine's dense 16-bit matrix of the same shape with as many threads. */
    private Optional<Double> speedUp(KernelResult result) {
        return results.stream()
                .filter(other -> other.kernel().equals(result.kernel().baseline()))
                .filter(other -> other.engine().equals(result.engine()))
                .map(other -> other.seconds().median() / result.seconds().median())
                .findFirst();
    }
}
