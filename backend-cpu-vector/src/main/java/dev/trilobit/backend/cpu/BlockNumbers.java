package dev.trilobit.backend.cpu;

import dev.trilobit.api.quant.BlockCodec;
import dev.trilobit.api.quant.BlockType;
import dev.trilobit.api.quant.FloatType;
import dev.trilobit.api.quant.UnusableWeightException;
import dev.trilobit.api.quant.Weight;
import java.lang.foreign.MemorySegment;

/** Scales or biases that lie in blocks beside the codes. */
final class BlockNumbers implements GroupNumbers {
    private final Weight weight;
    private final MemorySegment blocks;
    private final BlockType type;
    private final String what;
    private final boolean biases;
    private final int blockGroups;
    private final long rowBytes;

    private BlockNumbers(Weight weight, BlockType type, boolean biases) {
        this.weight = weight;
        this.blocks = weight.codes();
        this.type = type;
        this.biases = biases;
        this.what = biases ? "bias" : "scale";
        this.blockGroups = type.blockWeights() / type.groupWeights();
        this.rowBytes = (long) weight.shape().cols() / type.blockWeights() * type.blockBytes();
    }

    /** Scales of a weight in blocks of {@code type}. */
    static BlockNumbers scales(Weight weight, BlockType type) {
        return new BlockNumbers(weight, type, false);
    }

    /** Biases of a weight in blocks of {@code type}; zeros where it has none. */
    static BlockNumbers biases(Weight weight, BlockType type) {
        return new BlockNumbers(weight, type, true);
    }

    @Override
    public MemorySegment plane() {
        return blocks;
    }

    /** An f16 times an integer is exact in f32. */
    @Override
    public FloatType type() {
        return blockGroups == 1 ? FloatType.F16 : FloatType.F32;
    }

    @Override
    public float at(int row, int group) {
        long block = row * rowBytes + (long) (group / blockGroups) * type.blockBytes();
        int g = group % blockGroups;
        return (float)
                (biases
                        ? BlockCodec.bias(type, blocks, block, g)
                        : BlockCodec.scale(type, blocks, block, g));
    }

    /**
     * Checks that every number is finite: one of each block tells, as they are multiples of one
     * another and no integer times what is infinite or NaN is finite.
     *
     * @throws UnusableWeightException naming tensor, row and group
     */
    void requireFinite() {
        int groups = weight.shape().cols() / type.groupWeights();
        var passed = new PassedPages(blocks);
        for (int r = 0; r < weight.shape().rows(); r++) {
            passed.reached(r * rowBytes);
            for (int g = 0; g < groups; g += blockGroups) {
                requireFinite(r, g);
            }
        }
    }

    /**
     * Checks that the number of a group is finite.
     *
     * @throws UnusableWeightException naming tensor, row and group
     */
    void requireFinite(int row, int group) {
        float value = at(row, group);
        if (!Float.isFinite(value)) {
            throw new UnusableWeightException(
                    "%s: %s of row %d, group %d must be finite, got %s"
                            .formatted(weight.name(), what, row, group, value));
        }
    }
}
