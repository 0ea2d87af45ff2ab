package dev.trilobit.backend.cpu;

/**
 * How the codes of a row with groups lie in 16-bit words for lookups of whole numbers, at this
 * machine's vector width.
 *
 * <p>A group is a little-endian bit stream of its codes, padded with zeros to whole words. A code
 * of two bits is a sum over its bits, {@code q = b0 + 2 b1}, so a lookup need not end where a code
 * does: it takes some neighbouring bits of a lane and finds the sum of what each set bit adds. The
 * index is as long as one table vector or two neighbouring ones allow.
 *
 * <table>
 * <caption>Lookups of a word</caption>
 * <tr><th>bits</th><th>short lanes</th><th>lookups</th><th>table vectors</th></tr>
 * <tr><td>512</td><td>32</td><td>5 + 5 bits, 6 bits in two vectors</td><td>4</td></tr>
 * <tr><td>256</td><td>16</td><td>4 + 4 + 4 + 4 bits</td><td>4</td></tr>
 * <tr><td>128</td><td>8</td><td>4 + 4 + 4 + 4 bits, each in two vectors</td><td>8</td></tr>
 * </table>
 */
final class RunWords {
    /** Short lanes of a vector. */
    static final int LANES = Lanes.SHORTS.length();

    /** Bits of an index into one vector. */
    static final int NARROW_BITS = Integer.numberOfTrailingZeros(LANES);

    /** Bits of an index into two vectors. */
    static final int WIDE_BITS = NARROW_BITS + 1;

    /** Lookups in one vector, which come first. */
    static final int NARROW = LANES == 32 ? 2 : LANES == 16 ? 4 : 0;

    /** Lookups in two vectors, which follow. */
    static final int WIDE = (Short.SIZE - NARROW * NARROW_BITS) / WIDE_BITS;

    /** Table vectors of a word. */
    static final int TABLES = NARROW + 2 * WIDE;

    /** Shorts of the tables of a word, for one token. */
    static final int TABLE_SHORTS = TABLES * LANES;

    /** Rows of a block: four vectors of lanes. */
    static final int BLOCK_ROWS = 4 * LANES;

    /** Bytes of one word of every row of a block. */
    static final int STEP_BYTES = BLOCK_ROWS * Short.BYTES;

    private RunWords() {}

    /**
     * Returns, for each bit of an index into one vector, all ones in the lanes whose number has the
     * bit set: [bit][lanes].
     */
    static short[] masks() {
        short[] masks = new short[NARROW_BITS * LANES];
        for (int i = 0; i < masks.length; i++) {
            masks[i] = (short) -(i % LANES >> (i / LANES) & 1);
        }
        return masks;
    }

    /** Returns where a row of a block lies, so that even and odd lanes split into rows in order. */
    static int lane(int row) {
        int half = LANES / 2;
        int within = row % LANES;
        return row - within + (within < half ? 2 * within : 2 * (within - half) + 1);
    }
}
