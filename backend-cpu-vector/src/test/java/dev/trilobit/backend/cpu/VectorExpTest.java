package dev.trilobit.backend.cpu;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import jdk.incubator.vector.FloatVector;
import org.junit.jupiter.api.Test;

class VectorExpTest {
    private static float exp(float x) {
        return VectorExp.exp(FloatVector.broadcast(Lanes.FLOATS, x)).lane(0);
    }

    @Test
    void isWithinTwoUlpOfTheDoubleResult() {
        for (float x = -87.2f; x < 88.2f; x += 0.003f) {
            float expected = (float) Math.exp(x);
            assertEquals(expected, exp(x), 2 * Math.ulp(expected), "e^" + x);
        }
    }

    @Test
    void oneNumberGivesTheBitsOfALane() {
        for (float x = -90f; x < 90f; x += 0.0017f) {
            assertEquals(
                    Float.floatToRawIntBits(exp(x)),
                    Float.floatToRawIntBits(VectorExp.exp(x)),
                    "at " + x);
        }
        assertEquals(0f, VectorExp.exp(Float.NEGATIVE_INFINITY));
        assertTrue(Float.isNaN(VectorExp.exp(Float.NaN)));
    }

    @Test
    void isExactAtZeroAndZeroFarBelow() {
        assertEquals(1f, exp(0));
        assertEquals(0f, exp(-88f));
        assertEquals(0f, exp(Float.NEGATIVE_INFINITY));
    }

    @Test
    void staysFiniteAboveItsRangeAndKeepsNotANumber() {
        assertTrue(Float.isFinite(exp(1000f)));
        assertTrue(Float.isNaN(exp(Float.NaN)));
    }
}
