package dev.trilobit.backend.cpu;

import dev.trilobit.api.quant.MatrixShape;
import dev.trilobit.api.quant.Weight;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * Repacks ternary codes into {@link TernaryWords}.
 *
 * <p>Within a vector the first half of its rows lies in the even lanes and the second half in the
 * odd ones, so that splitting a vector of int16 sums into two vectors of int32 gives rows in order.
 */
final class TernaryPacker {
    private static final int TRIT_MASK = (1 << (2 * TernaryWords.TRITS)) - 1;
    private static final int INVALID = 1 << Short.SIZE;

    /** Index of {@code TRITS} two-bit codes; {@link #INVALID} where one of them is 3. */
    private static final int[] INDEX = indices();

    /** A word whose weights are all zero: index (3^n - 1) / 2 everywhere. */
    private static final short ZERO_WORD = zeroWord();

    private final Weight weight;
    private final int words;
    private final CodeRows rows;
    private final short[] block;

    /** Prepares to repack {@code weight}, which is ternary. */
    TernaryPacker(Weight weight) {
        this.weight = weight;
        this.words = TernaryWords.words(weight.shape().cols());
        this.rows = new CodeRows(weight, words * TernaryWords.WORD_COLS);
        this.block = new short[words * TernaryWords.BLOCK_ROWS];
    }

    /**
     * Repacks some blocks.
     *
     * @param packed out: the whole matrix; other blocks are left as they are
     * @throws IllegalArgumentException if a code is 3
     */
    void pack(int blockFrom, int blockTo, MemorySegment packed) {
        MatrixShape shape = weight.shape();
        for (int b = blockFrom; b < blockTo; b++) {
            int first = b * TernaryWords.BLOCK_ROWS;
            for (int r = 0; r < TernaryWords.BLOCK_ROWS; r++) {
                int lane = lane(r);
                if (first + r < shape.rows()) {
                    packRow(first + r, lane);
                } else {
                    for (int at = lane; at < block.length; at += TernaryWords.BLOCK_ROWS) {
                        block[at] = ZERO_WORD;
                    }
                }
            }
            copy(b, packed);
        }
    }

    private void copy(int number, MemorySegment packed) {
        int blocks = Math.ceilDiv(weight.shape().rows(), TernaryWords.BLOCK_ROWS);
        for (int chunk = 0; chunk < TernaryWords.chunks(words); chunk++) {
            MemorySegment.copy(
                    block,
                    chunk * TernaryWords.CHUNK_WORDS * TernaryWords.BLOCK_ROWS,
                    packed,
                    ValueLayout.JAVA_SHORT,
                    TernaryWords.offset(number, blocks, words, chunk),
                    TernaryWords.chunkWords(words, chunk) * TernaryWords.BLOCK_ROWS);
        }
    }

    private void packRow(int row, int lane) {
        rows.read(row);
        int cols = weight.shape().cols();
        int at = lane;
        int seen = 0;
        for (int j = 0; j < words; j++) {
            int word = 0;
            long codes = rows.from(j * TernaryWords.WORD_COLS);
            int left = cols - j * TernaryWords.WORD_COLS;
            if (left < TernaryWords.WORD_COLS) {
                // Code 1 is t = 0.
                codes &= (1L << (2 * left)) - 1;
                codes |= 0x5555555555555555L << (2 * left);
            }
            for (int k = 0; k < TernaryWords.LOOKUPS; k++) {
                int index = INDEX[(int) (codes >>> (2 * TernaryWords.TRITS * k)) & TRIT_MASK];
                word |= index << (TernaryWords.INDEX_BITS * k);
                seen |= index;
            }
            block[at] = (short) word;
            at += TernaryWords.BLOCK_ROWS;
        }
        if ((seen & INVALID) != 0) {
            throw rows.invalidTrit(row);
        }
    }

    private static int lane(int row) {
        int half = TernaryWords.LANES / 2;
        int within = row % TernaryWords.LANES;
        return row - within + (within < half ? 2 * within : 2 * (within - half) + 1);
    }

    private static int[] indices() {
        int[] table = new int[TRIT_MASK + 1];
        for (int codes = 0; codes < table.length; codes++) {
            int power = 1;
            for (int i = 0; i < TernaryWords.TRITS; i++) {
                int code = (codes >>> (2 * i)) & 3;
                table[codes] = code == 3 ? INVALID | table[codes] : table[codes] + code * power;
                power *= 3;
            }
        }
        return table;
    }

    private static short zeroWord() {
        int[] table = indices();
        int word = 0;
        for (int k = 0; k < TernaryWords.LOOKUPS; k++) {
            word |= table[0x5555 & TRIT_MASK] << (TernaryWords.INDEX_BITS * k);
        }
        return (short) word;
    }
}
