package dev.trilobit.api.program;

import dev.trilobit.api.quant.MatrixShape;
import dev.trilobit.api.quant.WeightFormat;

/**
 * A matrix that an op reads: its name in the {@link dev.trilobit.api.quant.WeightSource} and what
 * must be found there. Two ops may name the same matrix (a tied head).
 *
 * @param name tensor name
 * @param shape extents in elements; a vector is one row
 * @param format stored form
 */
public record WeightRef(String name, MatrixShape shape, WeightFormat format) {
    /**
     * Checks that the format can hold the shape.
     *
     * @throws IllegalArgumentException if it cannot
     */
    public WeightRef {
        try {
            format.planes(shape);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(name + ": " + e.getMessage(), e);
        }
    }
}
