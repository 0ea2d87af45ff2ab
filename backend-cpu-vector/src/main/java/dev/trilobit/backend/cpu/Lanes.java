package dev.trilobit.backend.cpu;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.ShortVector;
import jdk.incubator.vector.VectorSpecies;

/** The vector shapes this machine prefers: 512, 256 or 128 bits. */
final class Lanes {
    /** 16, 8 or 4 floats. */
    static final VectorSpecies<Float> FLOATS = FloatVector.SPECIES_PREFERRED;

    /** As many ints as floats. */
    static final VectorSpecies<Integer> INTS = IntVector.SPECIES_PREFERRED;

    /** Twice as many shorts. */
    static final VectorSpecies<Short> SHORTS = ShortVector.SPECIES_PREFERRED;

    /**
     * Whether vectors are multiplied and added in one instruction: every x86 processor with 256-bit
     * integer vectors and every ARM64 one has it. Where it is missing, {@code fma} is thousands of
     * times slower.
     */
    static final boolean FUSED = bits() > 128 || System.getProperty("os.arch").equals("aarch64");

    private Lanes() {}

    /**
     * Returns {@code a * b + c}, in one rounding if {@link #FUSED}. The same machine always takes
     * the same way.
     */
    static FloatVector multiplyAdd(FloatVector a, float b, FloatVector c) {
        return FUSED ? a.fma(FloatVector.broadcast(FLOATS, b), c) : c.add(a.mul(b));
    }

    /** Bits of a vector. */
    static int bits() {
        return FLOATS.vectorBitSize();
    }

    /**
     * Adds up the lanes of a vector that was stored at the start of {@code lanes}, the first first.
     *
     * <p>{@code reduceLanes(ADD)} leaves the order open, and takes another one interpreted than
     * compiled: the same sum would change its last bit while the program warms up.
     */
    static float sum(float[] lanes) {
        float sum = 0;
        for (int i = 0; i < FLOATS.length(); i++) {
            sum += lanes[i];
        }
        return sum;
    }
}
