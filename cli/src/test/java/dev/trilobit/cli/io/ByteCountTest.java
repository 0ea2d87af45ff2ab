package dev.trilobit.cli.io;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ByteCountTest {
    @ParameterizedTest
    @CsvSource({"0, 0 bytes", "551, 551 bytes", "6342736, 6.3 MB", "1250000000, 1.3 GB"})
    void unitFollowsTheSize(long bytes, String text) {
        assertEquals(text, ByteCount.text(bytes));
    }
}
