package dev.trilobit.backend.cpu;

import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import org.junit.jupiter.api.BeforeAll;

/**
 * Tests that the build runs at the machine's own vector width and again in JVMs limited to 256 and
 * to 128 bits.
 */
interface AtEachWidth {
    /** Set by the build to the width a JVM is limited to; absent for the machine's own. */
    String PROPERTY = "trilobit.test.vectorBits";

    @BeforeAll
    static void vectorsHaveTheWidthMeant() {
        int actual = Lanes.FLOATS.vectorBitSize();
        Integer meant = Integer.getInteger(PROPERTY);
        if (meant != null) {
            assertTrue(
                    actual <= meant,
                    "vectors of %d bits in a JVM meant to be limited to %d"
                            .formatted(actual, meant));
            assumeTrue(
                    actual == meant,
                    "this machine's vectors have %d bits, not %d: another run covers them"
                            .formatted(actual, meant));
        }
    }
}
