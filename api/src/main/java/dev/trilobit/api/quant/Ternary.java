package dev.trilobit.api.quant;

import java.util.List;

/**
 * {@code w = scale * t}, t in {-1, 0, +1}, stored as the 2-bit code {@code t + 1}. Planes: {@code
 * codes}, laid out by {@code packing}, and {@code scales}, laid out by {@code scales}.
 *
 * @param packing where a weight's code lies
 * @param scales how many weights share a scale
 */
public record Ternary(TernaryPacking packing, ScaleGranularity scales) implements WeightFormat {
    @Override
    public List<Plane> planes(MatrixShape shape) {
        long codes =
                switch (packing) {
                    case CONSECUTIVE -> (long) shape.rows() * Math.ceilDiv(shape.cols(), 4);
                    case ROW_QUARTERS -> (long) quarter(shape) * shape.cols();
                };
        long scaleBytes =
                switch (scales) {
                    case ScaleGranularity.PerTensor() -> FloatType.F32.byteSize();
                    case ScaleGranularity.PerGroup(int size, FloatType type) ->
                            (long) shape.rows()
                                    * WeightFormat.groups(shape.cols(), size)
                                    * type.byteSize();
                };
        return List.of(new Plane("codes", codes), new Plane("scales", scaleBytes));
    }

    private static int quarter(MatrixShape shape) {
        if (shape.rows() % 4 != 0) {
            throw new IllegalArgumentException(
                    "matrix %s: rows packed in quarters must be a multiple of 4".formatted(shape));
        }
        return shape.rows() / 4;
    }

    @Override
    public String label() {
        return switch (scales) {
            case ScaleGranularity.PerTensor() -> "ternary";
            case ScaleGranularity.PerGroup(int size, FloatType _) -> "ternary-g" + size;
        };
    }
}
