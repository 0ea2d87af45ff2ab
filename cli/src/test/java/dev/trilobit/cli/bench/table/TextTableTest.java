package dev.trilobit.cli.bench.table;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.trilobit.cli.bench.table.TextTable.Column;
import dev.trilobit.cli.io.UsageException;
import java.util.List;
import org.junit.jupiter.api.Test;

class TextTableTest {
    private static final TextTable TABLE =
            new TextTable(
                    List.of(Column.words("test"), Column.numbers("t/s")),
                    List.of(List.of("pp512", "9.50"), List.of("tg, \"x\"", "100.00")));

    @Test
    void wordsStandLeftAndNumbersRight() {
        assertEquals(
                List.of("test        t/s", "pp512      9.50", "tg, \"x\"  100.00"),
                TABLE.lines(ReportFormat.TABLE));
    }

    @Test
    void markdownSaysOnWhichSideCellsStand() {
        assertEquals(
                List.of(
                        "| test    |    t/s |",
                        "| --------| ------:|",
                        "| pp512   |   9.50 |",
                        "| tg, \"x\" | 100.00 |"),
                TABLE.lines(ReportFormat.MARKDOWN));
    }

    @Test
    void cellsWithCommasOrQuotesAreQuotedInCsv() {
        assertEquals(
                List.of("test,t/s", "pp512,9.50", "\"tg, \"\"x\"\"\",100.00"),
                TABLE.lines(ReportFormat.CSV));
    }

    @Test
    void rowsHaveACellForEachColumn() {
        var columns = List.of(Column.words("a"));
        assertThrows(
                IllegalArgumentException.class,
                () -> new TextTable(columns, List.of(List.of("1", "2"))));
    }

    @Test
    void formatsAreFoundByName() {
        for (ReportFormat format : ReportFormat.values()) {
            assertEquals(format, ReportFormat.of(format.label()));
        }
        assertThrows(UsageException.class, () -> ReportFormat.of("TABLE"));
    }
}
