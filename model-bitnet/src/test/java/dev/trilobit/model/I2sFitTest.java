package dev.trilobit.model;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.trilobit.model.I2sFit.Score;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class I2sFitTest {
    private static I2sFit fit(double a, double b, double c) {
        return new I2sFit(
                List.of(
                        new Score(I2sChoice.A, a),
                        new Score(I2sChoice.B, b),
                        new Score(I2sChoice.C, c)));
    }

    @Test
    void lowestPerplexityFits() {
        I2sFit fit = fit(5000, 6.25, 90_000);
        assertEquals(I2sChoice.B, fit.best());
        assertTrue(fit.isClear(4096));
        assertEquals("perplexity b 6.250, a 5000, c 9.000e+04", fit.figures());
    }

    @Test
    void twoThatAreCloseAreNotClear() {
        assertFalse(fit(10, 19.9, 5000).isClear(4096));
        assertTrue(fit(10, 20, 5000).isClear(4096));
    }

    @Test
    void bestThatIsNoBetterThanChanceIsNotClear() {
        assertFalse(fit(2049, 1e5, 1e5).isClear(4096));
    }

    @Test
    void layoutsThatCannotBeReadAreInfinitelyBad() {
        I2sFit fit = fit(Double.POSITIVE_INFINITY, Double.POSITIVE_INFINITY, 12);
        assertEquals(I2sChoice.C, fit.best());
        assertTrue(fit.isClear(4096));
        double none = Double.POSITIVE_INFINITY;
        assertFalse(fit(none, none, none).isClear(4096));
    }

    @Test
    void noScoresAreRefused() {
        assertThrows(IllegalArgumentException.class, () -> new I2sFit(List.of()));
    }

    @ParameterizedTest
    @EnumSource
    void choicesAreFoundByTheirLabel(I2sChoice choice) {
        assertEquals(choice, I2sChoice.of(choice.label()));
    }

    @Test
    void otherChoicesAreRefused() {
        var error = assertThrows(IllegalArgumentException.class, () -> I2sChoice.of("A"));
        assertEquals("I2_S layout: expected one of a, b, c, probe, got A", error.getMessage());
    }
}
