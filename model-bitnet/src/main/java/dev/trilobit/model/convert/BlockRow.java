package dev.trilobit.model.convert;

import dev.trilobit.api.quant.BlockType;
import dev.trilobit.api.quant.Blocks;
import dev.trilobit.api.quant.MatrixShape;
import dev.trilobit.api.quant.WeightWriter;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/** One row of blocks with one scale a block; the integer scales of Q6_K and Q4_K are all one. */
final class BlockRow {
    private final BlockType type;
    private final byte[] codes;
    private final WeightWriter writer;

    /**
     * Starts a row.
     *
     * @param name of the tensor, for messages
     * @param cols a multiple of the block's weights
     */
    BlockRow(String name, BlockType type, int cols) {
        this.type = type;
        this.codes = new byte[cols];
        this.writer =
                new WeightWriter(name, new MatrixShape(1, cols), new Blocks(type), Arena.ofAuto());
    }

    /** Returns the codes of the row, to be filled block by block. */
    byte[] codes() {
        return codes;
    }

    /** Writes the block whose first column is {@code from}, whose codes are there. */
    void set(int from, GroupFitter fitted) {
        int block = from / type.blockWeights();
        writer.setScale(0, block, fitted.scale());
        switch (type) {
            case Q8_0, Q5_0, Q4_0 -> {}
            case Q4_1 -> writer.setBias(0, block, fitted.bias());
            case Q4_K -> {
                writer.setBias(0, block, -fitted.bias());
                integers(from, 1);
            }
            case Q6_K -> integers(from, 0);
        }
        for (int c = from; c < from + type.blockWeights(); c++) {
            writer.setCode(0, c, Byte.toUnsignedInt(codes[c]));
        }
    }

    private void integers(int from, int minimum) {
        int first = from / type.groupWeights();
        int groups = type.blockWeights() / type.groupWeights();
        for (int g = first; g < first + groups; g++) {
            writer.setGroupIntegers(0, g, 1, minimum);
        }
    }

    /** Returns the bytes of the row. */
    MemorySegment bytes() {
        return writer.weight().codes();
    }
}
