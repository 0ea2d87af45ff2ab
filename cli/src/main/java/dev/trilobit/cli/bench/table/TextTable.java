package dev.trilobit.cli.bench.table;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Rows of text under headings.
 *
 * @param columns headings
 * @param rows as many cells each as there are columns
 */
public record TextTable(List<Column> columns, List<List<String>> rows) {
    /**
     * A column.
     *
     * @param heading its name
     * @param side where its cells stand
     */
    public record Column(String heading, Side side) {
        /** Makes a column of words. */
        public static Column words(String heading) {
            return new Column(heading, Side.LEFT);
        }

        /** Makes a column of numbers. */
        public static Column numbers(String heading) {
            return new Column(heading, Side.RIGHT);
        }
    }

    /** Where cells stand. */
    public enum Side {
        /** For words. */
        LEFT,
        /** For numbers. */
        RIGHT
    }

    public TextTable {
        columns = List.copyOf(columns);
        rows = rows.stream().map(List::copyOf).toList();
        for (List<String> row : rows) {
            if (row.size() != columns.size()) {
                throw new IllegalArgumentException(
                        "row %s: expected %d cells, got %d"
                                .formatted(row, columns.size(), row.size()));
            }
        }
    }

    /**
     * Makes a table of flat facts.
     *
     * @param rows at least one, all with the same keys in the same order; a value that there is
     *     none of is null, and its cell empty
     */
    public static TextTable flat(List<Map<String, @Nullable Object>> rows) {
        return new TextTable(
                rows.getFirst().keySet().stream().map(Column::words).toList(),
                rows.stream()
                        .map(row -> row.values().stream().map(TextTable::cell).toList())
                        .toList());
    }

    private static String cell(@Nullable Object value) {
        return value == null ? "" : value.toString();
    }

    /** Returns lines for people; JSON is not a table, so it has none. */
    public List<String> lines(ReportFormat format) {
        return switch (format) {
            case TABLE -> aligned("", "  ", "");
            case MARKDOWN -> markdown();
            case CSV -> csv();
            case JSON -> List.of();
        };
    }

    private List<String> headings() {
        return columns.stream().map(Column::heading).toList();
    }

    private List<String> markdown() {
        List<String> lines = new ArrayList<>(aligned("| ", " | ", " |"));
        lines.add(1, rule());
        return lines;
    }

    private String rule() {
        return IntStream.range(0, columns.size())
                .mapToObj(
                        c -> {
                            String dashes = "-".repeat(width(c) + 1);
                            return switch (columns.get(c).side()) {
                                case LEFT -> " " + dashes;
                                case RIGHT -> " " + "-".repeat(width(c)) + ":";
                            };
                        })
                .collect(Collectors.joining("|", "|", "|"));
    }

    private int width(int column) {
        return IntStream.concat(
                        IntStream.of(columns.get(column).heading().length()),
                        rows.stream().mapToInt(row -> row.get(column).length()))
                .max()
                .orElseThrow();
    }

    private List<String> aligned(String before, String between, String after) {
        int[] widths = IntStream.range(0, columns.size()).map(this::width).toArray();
        var lines = new ArrayList<String>();
        lines.add(line(headings(), widths, before, between, after));
        rows.forEach(row -> lines.add(line(row, widths, before, between, after)));
        return lines;
    }

    private String line(
            List<String> cells, int[] widths, String before, String between, String after) {
        String line =
                IntStream.range(0, cells.size())
                        .mapToObj(c -> padded(cells.get(c), widths[c], columns.get(c).side()))
                        .collect(Collectors.joining(between, before, after));
        return line.stripTrailing();
    }

    private static String padded(String cell, int width, Side side) {
        String space = " ".repeat(width - cell.length());
        return switch (side) {
            case LEFT -> cell + space;
            case RIGHT -> space + cell;
        };
    }

    private List<String> csv() {
        var lines = new ArrayList<String>();
        lines.add(csvLine(headings()));
        rows.forEach(row -> lines.add(csvLine(row)));
        return lines;
    }

    /** RFC 4180. */
    private static String csvLine(List<String> cells) {
        return cells.stream()
                .map(
                        cell ->
                                cell.matches("[^\",\\r\\n]*")
                                        ? cell
                                        : '"' + cell.replace("\"", "\"\"") + '"')
                .collect(Collectors.joining(","));
    }
}
