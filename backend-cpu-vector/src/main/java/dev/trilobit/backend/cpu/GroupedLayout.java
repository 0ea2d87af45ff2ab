package dev.trilobit.backend.cpu;

import dev.trilobit.api.program.ActivationQuant;

/**
 * Input of {@link GroupedMatrix} and {@link BlockMatrix}.
 *
 * @param grid where the codes lie
 * @param values what they stand for
 * @param centre what kernels take off a code so that sums stay small; of unsigned codes, biases
 *     give it back
 * @param run columns that share a scale: those of a group of the grid, or the whole row
 * @param quant rounding of the activations before the product
 */
record GroupedLayout(GroupGrid grid, CodeValue values, float centre, int run, ActivationQuant quant)
        implements TileLayout {
    /** Bits of a lookup index: a nibble where a table has 16 entries, else two bits. */
    static final int INDEX_BITS = GroupGrid.LANES >= 16 ? 4 : 2;

    /** Whether activations are rounded run by run. */
    boolean roundsRuns() {
        return quant == ActivationQuant.INT8_PER_GROUP;
    }

    /** Whether products are looked up; codes of four bits and more are multiplied. */
    boolean lookup() {
        return grid.slotBits() <= 2;
    }

    /** Bits of a word that a kernel works on at a time. */
    int stepBits() {
        return lookup() ? INDEX_BITS : grid.slotBits();
    }

    /** Codes that a kernel works on at a time. */
    int stepCols() {
        return stepBits() / grid.slotBits();
    }

    /** Steps of a row. */
    int steps() {
        return grid.slots() / stepCols();
    }

    /** Floats that a step reads for one token: a table or an activation. */
    int stepFloats() {
        return lookup() ? GroupGrid.LANES : 1;
    }

    @Override
    public ActivationTile newTile() {
        return new GroupedTile(this);
    }
}
