package dev.trilobit.backend.cpu;

/**
 * How ternary weights lie in 16-bit words for table lookups, at this machine's vector width: {@code
 * [run of blocks][chunk of words][block][word][4 vectors][lanes]}. So a chunk's tables stay in the
 * first-level cache for all blocks of a run, while the weights are read in the order of their
 * addresses.
 *
 * <p>A lookup takes its index from a lane and its value from a table of as many entries as there
 * are short lanes, so an index has log2(lanes) bits and stands for as many neighbouring columns of
 * a row as that allows: {@code index = d0 + 3 d1 + 9 d2}, d = t + 1.
 *
 * <table>
 * <caption>Vector widths</caption>
 * <tr><th>bits</th><th>short lanes</th><th>index</th><th>columns a word</th><th>bits a weight</th>
 * <tr><td>512</td><td>32</td><td>5 bits, 3 columns</td><td>9</td><td>1.78</td>
 * <tr><td>256</td><td>16</td><td>4 bits, 2 columns</td><td>8</td><td>2</td>
 * <tr><td>128</td><td>8</td><td>3 bits, 1 column</td><td>5</td><td>3.2</td>
 * </table>
 */
final class TernaryWords {
    /** Short lanes of a vector, entries of a table. */
    static final int LANES = Lanes.SHORTS.length();

    /** Bits of an index. */
    static final int INDEX_BITS = Integer.numberOfTrailingZeros(LANES);

    /** Columns of an index: the largest n with 3^n entries in a table. */
    static final int TRITS = LANES >= 27 ? 3 : LANES >= 9 ? 2 : 1;

    /** Indices in a word, the first in the low bits. */
    static final int LOOKUPS = Short.SIZE / INDEX_BITS;

    /** Columns of a word. */
    static final int WORD_COLS = TRITS * LOOKUPS;

    /** Rows of a block: four vectors of lanes. */
    static final int BLOCK_ROWS = 4 * LANES;

    /** Bytes of one word of every row of a block. */
    static final int STEP_BYTES = BLOCK_ROWS * Short.BYTES;

    /** Largest magnitude of a table entry: every activation is at least -128. */
    private static final int LARGEST_ENTRY = TRITS * 128;

    /**
     * Words that an int16 lane can add up: 84 lookups of at most 384 make 32256 at 512 bits, 124 of
     * 256 make 31744 at 256 bits, 255 of 128 make 32640 at 128 bits.
     */
    static final int FLUSH_WORDS = Short.MAX_VALUE / LARGEST_ENTRY / LOOKUPS;

    /**
     * Words of a chunk: the tables of four tokens for as many words (21, 16 or 16 KB) and the
     * weights that stream by share a first-level cache of 32 KB.
     */
    static final int CHUNK_WORDS = LANES == 16 ? FLUSH_WORDS / 2 : FLUSH_WORDS;

    /** Blocks of a run, the longest stretch of memory that is read from one end to the other. */
    static final int RUN_BLOCKS = 5;

    /** Most columns: a sum of cols products of magnitude 128 must fit an int. */
    static final int MAX_COLS = Integer.MAX_VALUE / 128 - WORD_COLS;

    private TernaryWords() {}

    /** Returns the words that hold a row of {@code cols} weights, the last padded with t = 0. */
    static int words(int cols) {
        return Math.ceilDiv(cols, WORD_COLS);
    }

    /** Returns how many chunks {@code words} make, the last one maybe shorter. */
    static int chunks(int words) {
        return Math.ceilDiv(words, CHUNK_WORDS);
    }

    /** Returns how many of {@code words} lie in chunk {@code chunk}. */
    static int chunkWords(int words, int chunk) {
        return Math.min(CHUNK_WORDS, words - chunk * CHUNK_WORDS);
    }

    /**
     * Returns the byte offset at which a chunk of a block starts.
     *
     * @param block number in the matrix
     * @param blocks of the matrix
     * @param words of a row
     */
    static long offset(int block, int blocks, int words, int chunk) {
        int first = block / RUN_BLOCKS * RUN_BLOCKS;
        int inRun = Math.min(RUN_BLOCKS, blocks - first);
        long before =
                (long) first * words
                        + (long) inRun * chunk * CHUNK_WORDS
                        + (long) (block - first) * chunkWords(words, chunk);
        return before * STEP_BYTES;
    }

    /** Returns t of column {@code trit} of table entry {@code index}; 0 for unused entries. */
    static int trit(int index, int trit) {
        int powers = 1;
        for (int i = 0; i < trit; i++) {
            powers *= 3;
        }
        int used = TRITS == 3 ? 27 : TRITS == 2 ? 9 : 3;
        return index < used ? index / powers % 3 - 1 : 0;
    }
}
