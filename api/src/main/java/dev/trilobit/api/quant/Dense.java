package dev.trilobit.api.quant;

import java.util.List;

/**
 * Unquantized numbers. One plane {@code values}: [rows, cols] of {@code type}, row-major.
 *
 * @param type element type
 */
public record Dense(FloatType type) implements WeightFormat {
    @Override
    public List<Plane> planes(MatrixShape shape) {
        return List.of(new Plane("values", shape.elements() * type.byteSize()));
    }

    @Override
    public String label() {
        return type.suffix();
    }
}
