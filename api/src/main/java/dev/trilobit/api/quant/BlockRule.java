package dev.trilobit.api.quant;

import java.lang.foreign.MemorySegment;

/** Quantizes rows block by block, by the reference rules of ggml. */
final class BlockRule implements RowRule {
    private final Weight out;
    private final BlockType type;
    private final MemorySegment blocks;

    /** Fills {@code out}, in blocks of {@code type}. */
    BlockRule(Weight out, BlockType type) {
        this.out = out;
        this.type = type;
        this.blocks = out.codes();
    }

    @Override
    public void quantize(int row, float[] values) {
        int weights = type.blockWeights();
        long block = (long) row * (values.length / weights) * type.blockBytes();
        for (int first = 0; first < values.length; first += weights) {
            switch (type) {
                case Q8_0 -> SmallBlocks.signedBytes(values, first, blocks, block);
                case Q5_0, Q4_0 -> SmallBlocks.centred(type, values, first, blocks, block);
                case Q4_1 -> SmallBlocks.fromMinimum(values, first, blocks, block);
                case Q6_K -> SixBitBlock.quantize(values, first, blocks, block);
                case Q4_K -> FourBitBlock.quantize(values, first, blocks, block);
            }
            requireFinite("scale", row, first / weights, (float) scale(block));
            requireFinite("bias", row, first / weights, (float) bias(block));
            block += type.blockBytes();
        }
    }

    private double scale(long block) {
        return BlockCodec.scale(type, blocks, block, 0);
    }

    private double bias(long block) {
        return BlockCodec.bias(type, blocks, block, 0);
    }

    /** An integer times what is infinite is not finite either: one group of a block tells. */
    private void requireFinite(String what, int row, int block, float value) {
        if (!Float.isFinite(value)) {
            throw GroupPlane.outOfRange(
                    out, "%s of row %d, block %d".formatted(what, row, block), value);
        }
    }
}
