package dev.trilobit.backend.cpu;

import dev.trilobit.api.quant.Weight;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;

/** Repacks codes into the words of a {@link GroupGrid}: [block of rows][word][4][lanes] of u32. */
final class GroupPacker {
    private static final int ROWS = GroupGrid.BLOCK_ROWS;

    private final Weight weight;
    private final GroupGrid grid;
    private final boolean ternary;
    private final CodeRows rows;
    private final int[] block;

    /**
     * Prepares to repack {@code weight}.
     *
     * @param values a trit's code must not be 3
     */
    GroupPacker(Weight weight, GroupGrid grid, CodeValue values) {
        this.weight = weight;
        this.grid = grid;
        this.ternary = values == CodeValue.TRIT;
        this.rows = new CodeRows(weight, grid.cols() + grid.wordCols());
        this.block = new int[Math.multiplyExact(grid.words(), ROWS)];
    }

    /**
     * Repacks some blocks.
     *
     * @param packed out: the whole matrix; other blocks are left as they are
     * @throws IllegalArgumentException if a ternary code is 3
     */
    void pack(int blockFrom, int blockTo, MemorySegment packed) {
        long blockBytes = (long) grid.words() * GroupGrid.STEP_BYTES;
        for (int b = blockFrom; b < blockTo; b++) {
            int count = Math.min(ROWS, weight.shape().rows() - b * ROWS);
            if (count < ROWS) {
                Arrays.fill(block, 0);
            }
            for (int r = 0; r < count; r++) {
                packRow(b * ROWS + r, r);
            }
            MemorySegment.copy(
                    block, 0, packed, ValueLayout.JAVA_INT, b * blockBytes, block.length);
        }
    }

    private void packRow(int row, int lane) {
        rows.read(row);
        int at = lane;
        int invalid = 0;
        for (int g = 0; g < grid.groups(); g++) {
            int col = g * grid.groupSize();
            int end = col + grid.size(g);
            for (; col < end; col += grid.wordCols()) {
                int word = word(col, Math.min(grid.wordCols(), end - col));
                invalid |= word & (word >>> 1) & 0x55555555;
                block[at] = word;
                at += ROWS;
            }
        }
        if (ternary && invalid != 0) {
            throw rows.invalidTrit(row);
        }
    }

    private int word(int col, int count) {
        int bits = rows.bits();
        if (bits == grid.slotBits()) {
            return (int) (rows.from(col) & ((1L << (count * bits)) - 1));
        }
        long codes = rows.from(col);
        int word = 0;
        for (int i = 0; i < count; i++) {
            int code = (int) (codes >>> (i * bits)) & ((1 << bits) - 1);
            word |= code << (i * grid.slotBits());
        }
        return word;
    }
}
