package dev.trilobit.conformance.behavior;

import dev.trilobit.api.quant.Affine;
import dev.trilobit.api.quant.Binary;
import dev.trilobit.api.quant.Blocks;
import dev.trilobit.api.quant.Dense;
import dev.trilobit.api.quant.FloatType;
import dev.trilobit.api.quant.ScaleGranularity;
import dev.trilobit.api.quant.Ternary;
import dev.trilobit.api.quant.TernaryPacking;
import dev.trilobit.api.quant.Weight;
import dev.trilobit.api.quant.WeightFormat;
import dev.trilobit.api.quant.WeightSource;
import dev.trilobit.api.quant.WeightWriter;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/** Sound weights, some of them replaced or taken away. */
final class SpoiledWeights implements WeightSource {
    private final WeightSource sound;
    private final Map<String, Weight> replaced = new HashMap<>();
    private final Set<String> missing = new HashSet<>();

    SpoiledWeights(WeightSource sound) {
        this.sound = sound;
    }

    /** Replaces the weight of that name. */
    SpoiledWeights with(Weight weight) {
        replaced.put(weight.name(), weight);
        return this;
    }

    /** Takes a weight away. */
    SpoiledWeights without(String name) {
        missing.add(name);
        return this;
    }

    /** Its message does not name the weight: the promise that it is named is the backend's. */
    @Override
    public Weight weight(String name, Arena arena) {
        if (missing.contains(name)) {
            throw new IllegalArgumentException("there is no such weight");
        }
        Weight weight = replaced.get(name);
        return weight == null ? sound.weight(name, arena) : weight;
    }

    /** A copy that may be written to. */
    static Weight copy(Weight weight) {
        return new Weight(
                weight.name(),
                weight.shape(),
                weight.format(),
                weight.planes().stream().map(SpoiledWeights::copy).toList());
    }

    private static MemorySegment copy(MemorySegment plane) {
        return Arena.ofAuto().allocate(plane.byteSize(), Long.BYTES).copyFrom(plane);
    }

    /** Type of a plane's numbers: values, scales and biases of a weight have one. */
    static FloatType numbers(WeightFormat format) {
        return switch (format) {
            case Dense(FloatType type) -> type;
            case Ternary(TernaryPacking _, ScaleGranularity.PerTensor()) -> FloatType.F32;
            case Ternary(TernaryPacking _, ScaleGranularity.PerGroup(int _, FloatType type)) ->
                    type;
            case Binary(int _, Binary.Mode _, FloatType type) -> type;
            case Affine(int _, int _, FloatType type) -> type;
            case Blocks _ ->
                    throw new IllegalArgumentException(
                            format.label() + " has no plane of numbers alone");
        };
    }

    /** A copy with another number at {@code index} of a plane of numbers. */
    static Weight withNumber(Weight weight, int plane, long index, float value) {
        Weight copy = copy(weight);
        numbers(weight.format()).set(copy.planes().get(plane), index, value);
        return copy;
    }

    /** A copy with another scale, or bias, of a block. */
    static Weight withBlockNumber(Weight weight, String what, int row, int block, float value) {
        var writer =
                new WeightWriter(weight.name(), weight.shape(), weight.format(), Arena.ofAuto());
        Weight copy = writer.weight();
        copy.codes().copyFrom(weight.codes());
        switch (what) {
            case "scale" -> writer.setScale(row, block, value);
            case "bias" -> writer.setBias(row, block, value);
            default -> throw new IllegalArgumentException(what);
        }
        return copy;
    }

    /** A copy with a scale, or where there is none a value, that is NaN. */
    static Weight withNan(Weight weight) {
        return weight.format() instanceof Blocks
                ? withBlockNumber(weight, "scale", 0, 0, Float.NaN)
                : withNumber(weight, weight.planes().size() - 1, 0, Float.NaN);
    }

    /** A copy with the code 3, which stands for nothing, at an element of a ternary weight. */
    static Weight withCodeThree(Weight weight, TernaryPacking packing, int row, int col) {
        Weight copy = copy(weight);
        int rows = weight.shape().rows();
        int cols = weight.shape().cols();
        long index =
                switch (packing) {
                    case CONSECUTIVE -> (long) row * Math.ceilDiv(cols, 4) + col / 4;
                    case ROW_QUARTERS -> (long) (row % (rows / 4)) * cols + col;
                };
        int place =
                switch (packing) {
                    case CONSECUTIVE -> col % 4;
                    case ROW_QUARTERS -> row / (rows / 4);
                };
        byte old = copy.codes().get(ValueLayout.JAVA_BYTE, index);
        copy.codes().set(ValueLayout.JAVA_BYTE, index, (byte) (old | (3 << (2 * place))));
        return copy;
    }
}
