package dev.trilobit.backend.cpu;

import dev.trilobit.api.program.ActivationQuant;

/**
 * Input of {@link RunMatrix}: tokens rounded to int8, and the tables of the sums that an index
 * stands for.
 *
 * @param cols elements of a token
 * @param groupSize columns that share a scale of the weights; the last group may be shorter
 * @param bits of a code: 1 or 2
 * @param values what a code stands for: {@code UNSIGNED}, {@code SIGN} or {@code TRIT}
 * @param quant rounds each run of a group, or the whole token
 */
record RunLayout(int cols, int groupSize, int bits, CodeValue values, ActivationQuant quant)
        implements TileLayout {
    /** Largest magnitude of a sum that an int16 lane holds. */
    private static final int MOST = Short.MAX_VALUE;

    private static final int LARGEST_CODE = 127;

    /**
     * Tells whether every sum of a group fits an int16. Sums may wrap around on the way.
     *
     * @param groupSize columns of the longest group
     */
    static boolean fits(int groupSize, int bits, CodeValue values) {
        // A code of two bits less one is -1, 0, 1 or, unsigned, 2.
        int largest = bits == 2 && values == CodeValue.UNSIGNED ? 2 : 1;
        return (long) groupSize * largest * LARGEST_CODE <= MOST;
    }

    /** Codes of a word. */
    int wordCols() {
        return Short.SIZE / bits;
    }

    /** Groups of a row. */
    int groups() {
        return Math.ceilDiv(cols, groupSize);
    }

    /** Words of every group but the last. */
    int groupWords() {
        return Math.ceilDiv(Math.min(groupSize, cols), wordCols());
    }

    /** Words of a row. */
    int words() {
        int last = cols - (groups() - 1) * groupSize;
        return (groups() - 1) * groupWords() + Math.ceilDiv(last, wordCols());
    }

    /** Columns of a group. */
    int size(int group) {
        return Math.min(groupSize, cols - group * groupSize);
    }

    /**
     * What the sum of a group's activations is multiplied with and added to the lookups' sum, which
     * is one of {@code q - 1} where a code has two bits.
     */
    int sumFactor() {
        return bits == 2 && values == CodeValue.UNSIGNED ? 1 : 0;
    }

    @Override
    public ActivationTile newTile() {
        return new RunTile(this);
    }
}
