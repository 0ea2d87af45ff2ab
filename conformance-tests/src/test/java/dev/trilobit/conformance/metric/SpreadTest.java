package dev.trilobit.conformance.metric;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.stream.DoubleStream;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SpreadTest {
    /** Figures 1 .. count: at least 99 % of them are at most the rank. */
    @ParameterizedTest
    @CsvSource({"1, 1", "2, 2", "99, 99", "100, 99", "101, 100", "200, 198", "201, 199"})
    void p99IsTheSmallestFigureThatNinetyNinePercentDoNotExceed(int count, double p99) {
        double[] shuffled =
                IntStream.rangeClosed(1, count).mapToDouble(i -> count + 1 - i).toArray();
        Spread spread = Spread.of(shuffled);
        assertEquals(p99, spread.p99());
        assertEquals(count, spread.max());
        assertEquals((count + 1) / 2.0, spread.mean());
    }

    @Test
    void oneNanMakesAllThreeNan() {
        Spread spread =
                Spread.of(
                        DoubleStream.concat(
                                        DoubleStream.generate(() -> 1).limit(1000),
                                        DoubleStream.of(Double.NaN))
                                .toArray());
        assertTrue(Double.isNaN(spread.mean()));
        assertTrue(Double.isNaN(spread.p99()));
        assertTrue(Double.isNaN(spread.max()));
    }

    @Test
    void infiniteFigureShowsInMeanAndMaximum() {
        Spread spread = Spread.of(new double[] {1, Double.POSITIVE_INFINITY});
        assertEquals(Double.POSITIVE_INFINITY, spread.mean());
        assertEquals(Double.POSITIVE_INFINITY, spread.max());
    }

    @Test
    void inputStaysAsItWas() {
        double[] figures = {3, 1, 2};
        Spread.of(figures);
        assertEquals(3, figures[0]);
    }

    @Test
    void noFiguresAreRefused() {
        var e = assertThrows(IllegalArgumentException.class, () -> Spread.of(new double[0]));
        assertEquals("no figures to summarise", e.getMessage());
    }
}
