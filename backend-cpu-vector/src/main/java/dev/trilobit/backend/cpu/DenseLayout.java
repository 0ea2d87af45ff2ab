package dev.trilobit.backend.cpu;

import dev.trilobit.api.program.ActivationQuant;

/**
 * Input of {@link DenseMatrix}.
 *
 * @param cols elements of a token
 * @param stepCols columns that a kernel reads with one load: once or twice the float lanes
 * @param quant rounding of the activations before the product
 */
record DenseLayout(int cols, int stepCols, ActivationQuant quant) implements TileLayout {
    /** Columns in whole steps. */
    int wholeCols() {
        return cols - cols % stepCols;
    }

    @Override
    public ActivationTile newTile() {
        return new DenseTile(this);
    }
}
