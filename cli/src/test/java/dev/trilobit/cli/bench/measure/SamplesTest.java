package dev.trilobit.cli.bench.measure;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.List;
import org.junit.jupiter.api.Test;

class SamplesTest {
    @Test
    void medianOfAnOddNumberIsTheOneInTheMiddle() {
        assertEquals(3, new Samples(List.of(9.0, 1.0, 3.0)).median());
    }

    @Test
    void medianOfAnEvenNumberIsTheMeanOfTwo() {
        assertEquals(2.5, new Samples(List.of(9.0, 1.0, 3.0, 2.0)).median());
    }

    @Test
    void leastAndMostDoNotDependOnTheOrder() {
        var samples = new Samples(List.of(4.0, 1.0, 9.0));
        assertEquals(1, samples.least());
        assertEquals(9, samples.most());
    }

    @Test
    void mappedSamplesKeepTheirOrder() {
        assertEquals(List.of(8.0, 2.0), new Samples(List.of(4.0, 1.0)).map(v -> 2 * v).values());
    }

    @Test
    void nothingMeasuredIsRefused() {
        assertThrows(IllegalArgumentException.class, () -> new Samples(List.of()));
    }
}
