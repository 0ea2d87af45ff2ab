package dev.trilobit.backend.cpu;

import dev.trilobit.api.quant.Weight;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;

/**
 * Repacks codes into {@link RunWords}: [block of rows][word][4][lanes] of u16. Within a vector the
 * first half of its rows lies in the even lanes and the second half in the odd ones.
 */
final class RunPacker {
    private static final int ROWS = RunWords.BLOCK_ROWS;

    private final Weight weight;
    private final RunLayout layout;
    private final CodeRows rows;
    private final short[] block;

    /** Prepares to repack {@code weight}. */
    RunPacker(Weight weight, RunLayout layout) {
        this.weight = weight;
        this.layout = layout;
        this.rows = new CodeRows(weight, layout.cols() + layout.wordCols());
        this.block = new short[Math.multiplyExact(layout.words(), ROWS)];
    }

    /**
     * Repacks some blocks.
     *
     * @param packed out: the whole matrix; other blocks are left as they are
     * @throws IllegalArgumentException if a ternary code is 3
     */
    void pack(int blockFrom, int blockTo, MemorySegment packed) {
        long blockBytes = (long) layout.words() * RunWords.STEP_BYTES;
        for (int b = blockFrom; b < blockTo; b++) {
            int count = Math.min(ROWS, weight.shape().rows() - b * ROWS);
            if (count < ROWS) {
                Arrays.fill(block, (short) 0);
            }
            for (int r = 0; r < count; r++) {
                packRow(b * ROWS + r, RunWords.lane(r));
            }
            MemorySegment.copy(
                    block, 0, packed, ValueLayout.JAVA_SHORT, b * blockBytes, block.length);
        }
    }

    private void packRow(int row, int lane) {
        rows.read(row);
        int at = lane;
        int threes = 0;
        for (int g = 0; g < layout.groups(); g++) {
            int col = g * layout.groupSize();
            int end = col + layout.size(g);
            for (; col < end; col += layout.wordCols()) {
                int count = Math.min(layout.wordCols(), end - col);
                int word = (int) rows.from(col) & ((1 << (count * layout.bits())) - 1);
                threes |= word & (word >>> 1) & 0x5555;
                block[at] = (short) word;
                at += ROWS;
            }
        }
        if (layout.values() == CodeValue.TRIT && threes != 0) {
            throw rows.invalidTrit(row);
        }
    }
}
