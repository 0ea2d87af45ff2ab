package dev.trilobit.model.convert;

import dev.trilobit.api.quant.Affine;
import dev.trilobit.api.quant.Binary;
import dev.trilobit.api.quant.Dense;
import dev.trilobit.api.quant.FloatType;
import dev.trilobit.api.quant.MatrixShape;
import dev.trilobit.api.quant.ScaleGranularity;
import dev.trilobit.api.quant.Ternary;
import dev.trilobit.api.quant.TernaryPacking;
import dev.trilobit.api.quant.WeightFormat;
import dev.trilobit.model.file.GgmlType;
import dev.trilobit.model.layout.GgmlLayout;
import java.util.Optional;

/** How one matrix lies in a file that is written. */
sealed interface Encoding {
    /** A tensor of a GGUF file. */
    record Ggml(GgmlType type) implements Encoding {}

    /** Codes, scales and biases of MLX. */
    record Mlx(int bits, int groupSize, FloatType scaleType) implements Encoding {}

    /** Four rows to a byte and a scale of the whole tensor, as transformers packs BitNet. */
    record BitNet(FloatType scaleType) implements Encoding {}

    /** A tensor of safetensors as it is. */
    record Plain(FloatType type) implements Encoding {}

    /** Returns the format in the API that holds exactly what this holds. */
    default WeightFormat format() {
        return switch (this) {
            case Ggml(GgmlType type) -> GgmlLayout.format(type);
            case Mlx(int bits, int size, FloatType type) ->
                    bits == 1
                            ? new Binary(size, Binary.Mode.AFFINE, type)
                            : new Affine(bits, size, type);
            case BitNet _ ->
                    new Ternary(TernaryPacking.ROW_QUARTERS, new ScaleGranularity.PerTensor());
            case Plain(FloatType type) -> new Dense(type);
        };
    }

    /** Returns why a matrix of this shape cannot be stored so, or nothing. */
    default Optional<String> misfit(MatrixShape shape) {
        return switch (this) {
            case Ggml(GgmlType type) when type == GgmlType.I2_S ->
                    shape.elements() % 128 != 0 || shape.cols() % 4 != 0
                            ? Optional.of(
                                    "%s does not divide into the 128 weights of a block of I2_S"
                                            .formatted(shape))
                            : Optional.empty();
            case Ggml(GgmlType type) -> uneven(shape, type.blockWeights(), "a block of " + type);
            case Mlx(int _, int size, FloatType _) -> uneven(shape, size, "a group");
            case BitNet _ ->
                    shape.rows() % 4 != 0
                            ? Optional.of(
                                    "%d rows are no multiple of the 4 that share a byte"
                                            .formatted(shape.rows()))
                            : Optional.empty();
            case Plain _ -> Optional.empty();
        };
    }

    private static Optional<String> uneven(MatrixShape shape, int weights, String what) {
        return shape.cols() % weights != 0
                ? Optional.of(
                        "%d columns are no multiple of the %d weights of %s"
                                .formatted(shape.cols(), weights, what))
                : Optional.empty();
    }

    /** Returns a short name for tables: the name that the file's own world has for it. */
    default String label() {
        return switch (this) {
            case Ggml(GgmlType type) -> type.label();
            case Mlx(int bits, int size, FloatType _) -> "%d-bit g%d".formatted(bits, size);
            case BitNet _ -> "BitNet packed";
            case Plain(FloatType type) -> type.name();
        };
    }
}
