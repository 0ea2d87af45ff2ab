package dev.trilobit.cli.bench.measure;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.trilobit.cli.io.UsageException;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CountListTest {
    @Test
    void countsKeepTheirOrderAndComeOnce() {
        assertEquals(List.of(2, 1, 4), CountList.parse("--threads", "2, 1,2,4", 1));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "1,,2", "x", "1,-1", "0", "1.5", "99999999999"})
    void whatIsNoListIsNamed(String text) {
        var e = assertThrows(UsageException.class, () -> CountList.parse("--threads", text, 1));
        assertTrue(
                String.valueOf(e.getMessage()).startsWith("--threads: expected numbers from 1"),
                e.getMessage());
    }
}
