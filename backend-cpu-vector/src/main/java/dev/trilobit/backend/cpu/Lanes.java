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

    /** Bits of a vector. */
    static int bits() {
        return FLOATS.vectorBitSize();
    }

    /**
     * Adds up the lanes of a vector that was stored in {@code lanes} from {@code at} on, the first
     * first.
     *
     * <p>{@code reduceLanes(ADD)} leaves the order open, and takes another one interpreted than
     * compiled: the same sum would change its last bit while the program warms up.
     */
    static float sum(float[] lanes, int at) {
        float sum = 0;
        for (int i = 0; i < FLOATS.length(); i++) {
            sum += lanes[at + i];
        }
        return sum;
    }
}
