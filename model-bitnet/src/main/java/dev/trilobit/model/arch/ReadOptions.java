package dev.trilobit.model.arch;

import dev.trilobit.model.layout.I2sLayout;

/**
 * What a file does not say of itself and its reader has to be told.
 *
 * @param i2sLayout how the codes of I2_S tensors lie
 * @param activations what linear layers do to their input where the model leaves it open
 */
public record ReadOptions(I2sLayout i2sLayout, ActivationChoice activations) {
    private static final ReadOptions DEFAULTS = of(I2sLayout.A);

    /** Returns the layout of the published files, and activations as the model has them. */
    public static ReadOptions defaults() {
        return DEFAULTS;
    }

    /** Returns a layout, and activations as the model has them. */
    public static ReadOptions of(I2sLayout i2sLayout) {
        return new ReadOptions(i2sLayout, ActivationChoice.MODEL);
    }
}
