package dev.trilobit.model.layout;

import dev.trilobit.api.quant.Affine;
import dev.trilobit.api.quant.Binary;
import dev.trilobit.api.quant.BlockType;
import dev.trilobit.api.quant.Blocks;
import dev.trilobit.api.quant.Dense;
import dev.trilobit.api.quant.FloatType;
import dev.trilobit.api.quant.ScaleGranularity;
import dev.trilobit.api.quant.Ternary;
import dev.trilobit.api.quant.TernaryPacking;
import dev.trilobit.api.quant.Weight;
import dev.trilobit.api.quant.WeightFormat;
import dev.trilobit.model.file.GgmlType;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.List;

/** Checks that a weight can be a tensor of a type as it is. */
final class GgmlEncoding {
    private GgmlEncoding() {}

    /**
     * Checks format, extents, codes and biases.
     *
     * @throws IllegalArgumentException naming what is in the way
     */
    static void require(Weight weight, GgmlType type, MemorySegment target) {
        List<WeightFormat> formats = formats(type);
        if (!formats.contains(weight.format())) {
            throw refused(weight, type, "expected " + formats + ", got " + weight.format());
        }
        boolean rows = type == GgmlType.I2_S || weight.shape().cols() % type.blockWeights() == 0;
        if (!rows) {
            throw refused(
                    weight,
                    type,
                    "expected rows of a multiple of %d weights, got %s"
                            .formatted(type.blockWeights(), weight.shape()));
        }
        if (target.byteSize() != type.byteSize(weight.shape().elements())) {
            throw refused(
                    weight,
                    type,
                    "expected a target of %d bytes, got %d"
                            .formatted(
                                    type.byteSize(weight.shape().elements()), target.byteSize()));
        }
        switch (type) {
            case TQ1_0, PTQ1_0, I2_S -> requireNoThree(weight, type);
            case Q2_0, Q2_0_G128, PQ2_0 -> requireOppositeBias(weight, type);
            case F32, F16, BF16, Q8_0, Q6_K, Q5_0, Q4_0, Q4_1, Q4_K, Q1_0, TQ2_0 -> {}
        }
    }

    private static List<WeightFormat> formats(GgmlType type) {
        return switch (type) {
            case F32 -> List.of(new Dense(FloatType.F32));
            case F16 -> List.of(new Dense(FloatType.F16));
            case BF16 -> List.of(new Dense(FloatType.BF16));
            case Q8_0 -> List.of(new Blocks(BlockType.Q8_0));
            case Q6_K -> List.of(new Blocks(BlockType.Q6_K));
            case Q5_0 -> List.of(new Blocks(BlockType.Q5_0));
            case Q4_0 -> List.of(new Blocks(BlockType.Q4_0));
            case Q4_1 -> List.of(new Blocks(BlockType.Q4_1));
            case Q4_K -> List.of(new Blocks(BlockType.Q4_K));
            case Q1_0 ->
                    List.of(new Binary(type.blockWeights(), Binary.Mode.SYMMETRIC, FloatType.F16));
            case Q2_0, Q2_0_G128, PQ2_0 ->
                    List.of(ternary(type), new Affine(2, type.blockWeights(), FloatType.F16));
            case TQ1_0, TQ2_0, PTQ1_0 -> List.of(ternary(type));
            case I2_S ->
                    List.of(
                            new Ternary(
                                    TernaryPacking.CONSECUTIVE, new ScaleGranularity.PerTensor()));
        };
    }

    private static Ternary ternary(GgmlType type) {
        return new Ternary(
                TernaryPacking.CONSECUTIVE,
                new ScaleGranularity.PerGroup(type.blockWeights(), FloatType.F16));
    }

    private static void requireNoThree(Weight weight, GgmlType type) {
        MemorySegment codes = weight.codes();
        for (long at = 0; at < codes.byteSize(); at++) {
            int four = codes.get(ValueLayout.JAVA_BYTE, at);
            if ((four & four >>> 1 & 0x55) != 0) {
                throw refused(
                        weight, type, "expected codes up to 2, got 3 in byte %d".formatted(at));
            }
        }
    }

    private static void requireOppositeBias(Weight weight, GgmlType type) {
        if (weight.planes().size() < 3) {
            return;
        }
        long group = TwoBitTensors.firstOther(weight.scales(), weight.biases());
        if (group >= 0) {
            throw refused(
                    weight,
                    type,
                    "expected a bias of the negative scale, got scale %s and bias %s in group %d"
                            .formatted(
                                    FloatType.F16.get(weight.scales(), group),
                                    FloatType.F16.get(weight.biases(), group),
                                    group));
        }
    }

    private static IllegalArgumentException refused(Weight weight, GgmlType type, String problem) {
        return new IllegalArgumentException(
                "%s cannot be %s: %s".formatted(weight.name(), type, problem));
    }
}
