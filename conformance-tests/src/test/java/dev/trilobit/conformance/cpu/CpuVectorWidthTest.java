package dev.trilobit.conformance.cpu;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.trilobit.api.backend.Backend;
import dev.trilobit.conformance.contract.Subject;
import org.junit.jupiter.api.Test;

/** The build runs the suite again in JVMs limited to narrower vectors; this tells that they are. */
class CpuVectorWidthTest {
    /** Set by the build to the width a JVM is limited to; absent for the machine's own. */
    private static final String PROPERTY = "trilobit.test.vectorBits";

    @Test
    void vectorsHaveTheWidthThatTheBuildMeans() {
        Integer meant = Integer.getInteger(PROPERTY);
        assumeTrue(meant != null, "this JVM has the machine's own width");
        try (Backend backend = Subject.named("cpu-vector").provider().open()) {
            String bits = String.valueOf(backend.device().properties().get("vector-bits"));
            assertTrue(bits.matches("[0-9]+"), "vector-bits is '%s'".formatted(bits));
            int actual = Integer.parseInt(bits);
            // A machine with narrower vectors than meant runs the suite at its own width.
            assumeTrue(
                    actual >= meant,
                    "this machine's vectors have %d bits, not %d: another run covers them"
                            .formatted(actual, meant));
            assertEquals(meant, actual);
        }
    }
}
