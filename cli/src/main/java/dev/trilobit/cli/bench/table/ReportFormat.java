package dev.trilobit.cli.bench.table;

import dev.trilobit.cli.io.UsageException;
import java.util.Arrays;
import java.util.Locale;
import java.util.stream.Collectors;

/** How figures are printed. */
public enum ReportFormat {
    /** Columns for people. */
    TABLE,
    /** One JSON object with everything. */
    JSON,
    /** One line a row, for spreadsheets. */
    CSV,
    /** A table for documents. */
    MARKDOWN;

    /**
     * Returns the format called {@code name}.
     *
     * @throws UsageException if there is none
     */
    public static ReportFormat of(String name) {
        return Arrays.stream(values())
                .filter(format -> format.label().equals(name))
                .findFirst()
                .orElseThrow(
                        () ->
                                new UsageException(
                                        "--format: expected one of %s, got '%s'"
                                                .formatted(labels(), name)));
    }

    private static String labels() {
        return Arrays.stream(values()).map(ReportFormat::label).collect(Collectors.joining(", "));
    }

    /** Returns how users write it. */
    public String label() {
        return name().toLowerCase(Locale.ROOT);
    }
}
