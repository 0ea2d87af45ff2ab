package dev.trilobit.api.program;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class ActivationQuantTest {
    @ParameterizedTest
    @EnumSource
    void onlyNoneRoundsNothing(ActivationQuant quant) {
        assertEquals(quant != ActivationQuant.NONE, quant.rounds());
    }

    @Test
    void runsOfTheLeastMagnitudeHaveAFiniteScaleAndAnInverse() {
        assertTrue(Float.isFinite(127f / ActivationQuant.LEAST_RUN_MAGNITUDE));
        assertTrue(ActivationQuant.LEAST_RUN_MAGNITUDE / 127f >= Float.MIN_NORMAL);
    }
}
