package dev.trilobit.cli.bench.plot;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.List;
import org.junit.jupiter.api.Test;

class AxisTest {
    /** Of sums and logarithms in double. */
    private static final double ROUNDING = 1e-12;

    @Test
    void linearValuesLieInProportion() {
        var axis = new Axis("x", Axis.Scale.LINEAR, 10, 30);
        assertEquals(0.25, axis.share(15), ROUNDING);
    }

    @Test
    void equalFactorsAreEqualDistancesOnALogarithmicAxis() {
        var axis = new Axis("x", Axis.Scale.LOGARITHMIC, 1, 1000);
        assertEquals(1 / 3.0, axis.share(10), ROUNDING);
        assertEquals(2 / 3.0, axis.share(100), ROUNDING);
    }

    @Test
    void linearTicksAreRoundAndInside() {
        assertEquals(
                List.of(0.0, 20.0, 40.0, 60.0, 80.0, 100.0),
                new Axis("x", Axis.Scale.LINEAR, 0, 105).ticks());
    }

    @Test
    void logarithmicTicksAreOneTwoAndFive() {
        assertEquals(
                List.of(2.0, 5.0, 10.0, 20.0),
                new Axis("x", Axis.Scale.LOGARITHMIC, 1.5, 30).ticks());
    }

    @Test
    void ticksAreWrittenWithoutNeedlessDigits() {
        assertEquals("0", Axis.text(0));
        assertEquals("0.5", Axis.text(0.5));
        assertEquals("0.02", Axis.text(0.02));
        assertEquals("4096", Axis.text(4096));
    }

    @Test
    void rangesThatAreNoneAreRefused() {
        assertThrows(IllegalArgumentException.class, () -> new Axis("x", Axis.Scale.LINEAR, 1, 1));
        assertThrows(
                IllegalArgumentException.class, () -> new Axis("x", Axis.Scale.LOGARITHMIC, 0, 1));
        assertThrows(
                IllegalArgumentException.class,
                () -> new Axis("x", Axis.Scale.LINEAR, 0, Double.NaN));
    }
}
