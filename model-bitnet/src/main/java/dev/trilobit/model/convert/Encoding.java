package dev.trilobit.model.convert;

import dev.trilobit.api.quant.Affine;
import dev.trilobit.api.quant.Binary;
import dev.trilobit.api.quant.BlockType;
import dev.trilobit.api.quant.Blocks;
import dev.trilobit.api.quant.Dense;
import dev.trilobit.api.quant.FloatType;
import dev.trilobit.api.quant.MatrixShape;
import dev.trilobit.api.quant.ScaleGranularity;
import dev.trilobit.api.quant.Ternary;
import dev.trilobit.api.quant.TernaryPacking;
import dev.trilobit.api.quant.WeightFormat;
import dev.trilobit.model.file.GgmlType;
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
            case Ggml(GgmlType type) -> format(type);
            case Mlx(int bits, int size, FloatType type) ->
                    bits == 1
                            ? new Binary(size, Binary.Mode.AFFINE, type)
                            : new Affine(bits, size, type);
            case BitNet _ ->
                    new Ternary(TernaryPacking.ROW_QUARTERS, new ScaleGranularity.PerTensor());
            case Plain(FloatType type) -> new Dense(type);
        };
    }

    private static WeightFormat format(GgmlType type) {
        return switch (type) {
            case F32 -> new Dense(FloatType.F32);
            case F16 -> new Dense(FloatType.F16);
            case BF16 -> new Dense(FloatType.BF16);
            case Q8_0 -> new Blocks(BlockType.Q8_0);
            case Q6_K -> new Blocks(BlockType.Q6_K);
            case Q5_0 -> new Blocks(BlockType.Q5_0);
            case Q4_0 -> new Blocks(BlockType.Q4_0);
            case Q4_1 -> new Blocks(BlockType.Q4_1);
            case Q4_K -> new Blocks(BlockType.Q4_K);
            case Q1_0 -> new Binary(type.blockWeights(), Binary.Mode.SYMMETRIC, FloatType.F16);
            case Q2_0, Q2_0_G128, PQ2_0, TQ1_0, TQ2_0, PTQ1_0 ->
                    new Ternary(
                            TernaryPacking.CONSECUTIVE,
                            new ScaleGranularity.PerGroup(type.blockWeights(), FloatType.F16));
            case I2_S -> new Ternary(TernaryPacking.CONSECUTIVE, new ScaleGranularity.PerTensor());
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
