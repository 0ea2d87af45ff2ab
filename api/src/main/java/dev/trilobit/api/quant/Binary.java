package dev.trilobit.api.quant;

import java.util.List;

/**
 * One bit a weight in groups along a row; the last group of a row may be shorter.
 *
 * <p>Plane {@code codes}: weight (r, c) is bit {@code c % 8} of byte {@code r * ceil(cols / 8) + c
 * / 8} (MLX's uint32 words, least significant bit first, are these bytes). Plane {@code scales}:
 * [rows, ceil(cols / groupSize)] of {@code scaleType}. With {@link Mode#AFFINE} a plane {@code
 * biases} of the same shape follows.
 *
 * <p>Source: MLX affine quantization with bits = 1; ggml Q1_0 for the symmetric mode.
 *
 * @param groupSize weights that share a scale
 * @param mode what a bit means
 * @param scaleType element type of scales and biases
 */
public record Binary(int groupSize, Mode mode, FloatType scaleType) implements WeightFormat {
    /** What a bit means. */
    public enum Mode {
        /** {@code w = bit ? +scale : -scale}; there is no bias plane. */
        SYMMETRIC,
        /** {@code w = scale * bit + bias}. */
        AFFINE
    }

    public Binary {
        WeightFormat.requireGroupSize(groupSize);
    }

    @Override
    public List<Plane> planes(MatrixShape shape) {
        var codes = new Plane("codes", (long) shape.rows() * Math.ceilDiv(shape.cols(), 8));
        long groupBytes =
                (long) shape.rows()
                        * WeightFormat.groups(shape.cols(), groupSize)
                        * scaleType.byteSize();
        var scales = new Plane("scales", groupBytes);
        return switch (mode) {
            case SYMMETRIC -> List.of(codes, scales);
            case AFFINE -> List.of(codes, scales, new Plane("biases", groupBytes));
        };
    }

    @Override
    public String label() {
        return (mode == Mode.SYMMETRIC ? "binary-g" : "binary-affine-g") + groupSize;
    }
}
