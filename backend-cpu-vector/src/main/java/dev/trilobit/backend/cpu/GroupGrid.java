package dev.trilobit.backend.cpu;

/**
 * How the codes of a row with groups lie in 32-bit words: each code in {@code slotBits} bits, the
 * first in the low bits, and each group starting a new word. Slots behind a group's last code are
 * zero, in the words as in the activations.
 *
 * @param cols codes of a row
 * @param groupSize codes that share a scale; the last group may be shorter
 * @param slotBits 1, 2, 4 or 8
 */
record GroupGrid(int cols, int groupSize, int slotBits) {
    /** Int lanes of a vector. */
    static final int LANES = Lanes.INTS.length();

    /** Rows of a block: four vectors of lanes. */
    static final int BLOCK_ROWS = 4 * LANES;

    /** Bytes of one word of every row of a block. */
    static final int STEP_BYTES = BLOCK_ROWS * Integer.BYTES;

    /** Codes of a word. */
    int wordCols() {
        return Integer.SIZE / slotBits;
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

    /** Slots of a row: codes and padding. */
    int slots() {
        return Math.multiplyExact(words(), wordCols());
    }

    /** Slot of the first code of a group. */
    int slot(int group) {
        return group * groupWords() * wordCols();
    }

    /** Codes of a group. */
    int size(int group) {
        return Math.min(groupSize, cols - group * groupSize);
    }
}
