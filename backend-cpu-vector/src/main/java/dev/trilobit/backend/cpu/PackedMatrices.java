package dev.trilobit.backend.cpu;

import dev.trilobit.api.program.ActivationQuant;
import dev.trilobit.api.program.WeightRef;
import dev.trilobit.api.quant.Affine;
import dev.trilobit.api.quant.Binary;
import dev.trilobit.api.quant.BlockType;
import dev.trilobit.api.quant.Blocks;
import dev.trilobit.api.quant.Dense;
import dev.trilobit.api.quant.ScaleGranularity;
import dev.trilobit.api.quant.Ternary;
import dev.trilobit.api.quant.Weight;
import dev.trilobit.api.quant.WeightFormat;
import java.lang.foreign.Arena;
import java.util.Optional;

/** Chooses the kernels of a weight and repacks it for them. */
final class PackedMatrices {
    private PackedMatrices() {}

    /**
     * Says why no kernel multiplies a matrix with activations so rounded; empty if one does. Every
     * format has one: int8 activations reach the float kernels as the numbers they stand for.
     */
    static Optional<String> rejection(WeightRef weight, ActivationQuant quant) {
        if (isExact(weight.format(), quant) && weight.shape().cols() > TernaryWords.MAX_COLS) {
            return Optional.of(
                    "%d columns: exact int32 sums hold at most %d"
                            .formatted(weight.shape().cols(), TernaryWords.MAX_COLS));
        }
        return Optional.empty();
    }

    /**
     * Repacks a weight; one thread, so that matrices can be repacked side by side.
     *
     * @param quant rounding of the activations it will be multiplied with
     * @param arena owns what is copied; closing it ends the use of the matrix
     * @throws IllegalArgumentException if a value, scale or bias is not finite or a ternary code is
     *     3, naming tensor and place
     */
    static PackedMatrix pack(Weight weight, ActivationQuant quant, Arena arena) {
        if (isExact(weight.format(), quant)) {
            return TernaryInt8Matrix.pack(weight, arena);
        }
        if (RunMatrix.takes(weight.format(), weight.shape().cols(), quant)) {
            return RunMatrix.pack(weight, quant, arena);
        }
        return switch (weight.format()) {
            case Dense _ -> DenseMatrix.pack(weight, quant, arena);
            case Blocks(BlockType type) when Lanes.FUSED ->
                    BlockMatrix.pack(weight, type, quant, arena);
            case Ternary _, Binary _, Affine _, Blocks _ ->
                    GroupedMatrix.pack(weight, quant, arena);
        };
    }

    /** Tells whether a packed matrix goes on to read the planes of the weight it was made of. */
    static boolean readsInPlace(WeightFormat format) {
        return switch (format) {
            case Dense _ -> true;
            case Ternary _, Binary _, Affine _, Blocks _ -> false;
        };
    }

    /** Tells whether products are summed in integers. */
    private static boolean isExact(WeightFormat format, ActivationQuant quant) {
        return quant == ActivationQuant.INT8_PER_TOKEN
                && format instanceof Ternary(var _, ScaleGranularity.PerTensor());
    }
}
