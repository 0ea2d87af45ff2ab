package dev.trilobit.model.arch;

import dev.trilobit.model.layout.I2sLayout;

/**
 * What a file does not say of itself and its reader has to be told.
 *
 * @param i2sLayout how the codes of I2_S tensors lie
 */
public record ReadOptions(I2sLayout i2sLayout) {
    private static final ReadOptions DEFAULTS = new ReadOptions(I2sLayout.A);

    /** Returns the layout of the published files. */
    public static ReadOptions defaults() {
        return DEFAULTS;
    }
}
