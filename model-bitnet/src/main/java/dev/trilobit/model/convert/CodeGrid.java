package dev.trilobit.model.convert;

import dev.trilobit.api.quant.Affine;
import dev.trilobit.api.quant.Binary;
import dev.trilobit.api.quant.BlockType;
import dev.trilobit.api.quant.Blocks;
import dev.trilobit.api.quant.Dense;
import dev.trilobit.api.quant.FloatType;
import dev.trilobit.api.quant.ScaleGranularity;
import dev.trilobit.api.quant.Ternary;
import dev.trilobit.api.quant.TernaryPacking;
import dev.trilobit.api.quant.WeightFormat;

/**
 * The numbers that a group of a format can hold: {@code step * code + offset}, codes from 0 to
 * {@code largest}.
 *
 * @param largest the largest code
 * @param centre the code of zero, or NaN if every group has an offset of its own; a half lies
 *     between two codes
 * @param scaleType what scale and offset are stored as
 * @param holds says it for people
 */
record CodeGrid(int largest, double centre, FloatType scaleType, String holds) {
    /**
     * Returns the grid of a format that has codes; of Q6_K and Q4_K what they hold with one scale a
     * block.
     */
    static CodeGrid of(WeightFormat format) {
        return switch (format) {
            case Dense dense -> throw new IllegalArgumentException(dense.label() + " has no codes");
            case Ternary(TernaryPacking _, ScaleGranularity.PerTensor()) ->
                    ternary(FloatType.F32, "of the whole tensor");
            case Ternary(TernaryPacking _, ScaleGranularity.PerGroup(int size, FloatType type)) ->
                    ternary(type, "of " + size + " weights");
            case Binary(int size, Binary.Mode mode, FloatType type) ->
                    switch (mode) {
                        case SYMMETRIC ->
                                new CodeGrid(
                                        1,
                                        0.5,
                                        type,
                                        "only +s and -s, with one s of %d weights".formatted(size));
                        case AFFINE -> free(1, type, size);
                    };
            case Affine(int bits, int size, FloatType type) -> free((1 << bits) - 1, type, size);
            case Blocks(BlockType type) -> of(type);
        };
    }

    private static CodeGrid ternary(FloatType type, String extent) {
        return new CodeGrid(2, 1, type, "only -s, 0 and +s, with one s " + extent);
    }

    private static CodeGrid free(int largest, FloatType type, int size) {
        return new CodeGrid(
                largest,
                Double.NaN,
                type,
                "%d equally spaced numbers in a group of %d weights".formatted(largest + 1, size));
    }

    private static CodeGrid of(BlockType type) {
        int largest = (1 << type.bits()) - 1;
        if (type.hasBias()) {
            return free(largest, FloatType.F16, type.blockWeights());
        }
        return new CodeGrid(
                largest,
                type.centre(),
                FloatType.F16,
                "multiples of s from %d to %d, with one s of %d weights"
                        .formatted(-type.centre(), largest - type.centre(), type.blockWeights()));
    }

    /** Returns whether a group has an offset of its own. */
    boolean hasOffset() {
        return Double.isNaN(centre);
    }

    /** Returns the step that a stored scale of 1 makes: two where zero lies between two codes. */
    double stepOfScale() {
        return centre == 0.5 ? 2 : 1;
    }
}
