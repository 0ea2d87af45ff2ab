package dev.trilobit.api.quant;

import java.util.List;
import java.util.Set;

/**
 * MLX's n-bit affine quantization: {@code w = scale * q + bias}, q in 0 .. 2^bits - 1, in groups
 * along a row; the last group of a row may be shorter.
 *
 * <p>Plane {@code codes}: each row is a little-endian bit stream of {@code ceil(cols * bits / 8)}
 * bytes, weight c in bits {@code c * bits} and up, least significant first. Planes {@code scales}
 * and {@code biases}: [rows, ceil(cols / groupSize)] of {@code scaleType}.
 *
 * <p>One bit is {@link Binary}. Source: MLX {@code quantize}, {@code mode="affine"}.
 *
 * @param bits 2, 3, 4, 5, 6 or 8
 * @param groupSize weights that share a scale and a bias
 * @param scaleType element type of scales and biases
 */
public record Affine(int bits, int groupSize, FloatType scaleType) implements WeightFormat {
    private static final Set<Integer> WIDTHS = Set.of(2, 3, 4, 5, 6, 8);

    public Affine {
        WeightFormat.requireGroupSize(groupSize);
        if (!WIDTHS.contains(bits)) {
            throw new IllegalArgumentException(
                    "affine quantization of %d bits: must be 2, 3, 4, 5, 6 or 8".formatted(bits));
        }
    }

    @Override
    public List<Plane> planes(MatrixShape shape) {
        long rowBytes = Math.ceilDiv((long) shape.cols() * bits, 8L);
        long groupBytes =
                (long) shape.rows()
                        * WeightFormat.groups(shape.cols(), groupSize)
                        * scaleType.byteSize();
        return List.of(
                new Plane("codes", shape.rows() * rowBytes),
                new Plane("scales", groupBytes),
                new Plane("biases", groupBytes));
    }

    @Override
    public String label() {
        return "affine" + bits + "-g" + groupSize;
    }
}
