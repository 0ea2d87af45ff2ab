package dev.trilobit.model.layout;

import dev.trilobit.api.quant.Affine;
import dev.trilobit.api.quant.FloatType;
import dev.trilobit.api.quant.ScaleGranularity;
import dev.trilobit.api.quant.Ternary;
import dev.trilobit.api.quant.TernaryPacking;
import dev.trilobit.api.quant.WeightFormat;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;

/**
 * What is particular about two-bit blocks: {@code w = d * (code - 1)} with codes up to 3, so that
 * they hold ternary weights, and also others. Those are {@link Affine} with the scale d and the
 * bias -d; their codes lie alike.
 */
final class TwoBitTensors {
    /** As much as is looked at of each end of a tensor. */
    private static final long SAMPLE_BYTES = 1 << 14;

    private static final int SIGN = 0x8000;
    private static final ValueLayout.OfShort SHORT =
            ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

    private TwoBitTensors() {}

    /**
     * Chooses the format of a tensor by a sample of it: a code of 3 is either nowhere, as in what a
     * ternary model became, or all over.
     *
     * @param blocks the tensor
     * @param blockBytes bytes of a block: the scale, then the codes
     * @param groupWeights weights of a block
     */
    static WeightFormat format(MemorySegment blocks, int blockBytes, int groupWeights) {
        long bytes = blocks.byteSize();
        long sample = Math.min(bytes, SAMPLE_BYTES / blockBytes * blockBytes);
        boolean ternary =
                !hasThree(blocks.asSlice(0, sample), blockBytes)
                        && !hasThree(blocks.asSlice(bytes - sample, sample), blockBytes);
        return ternary
                ? new Ternary(
                        TernaryPacking.CONSECUTIVE,
                        new ScaleGranularity.PerGroup(groupWeights, FloatType.F16))
                : new Affine(2, groupWeights, FloatType.F16);
    }

    private static boolean hasThree(MemorySegment blocks, int blockBytes) {
        int found = 0;
        for (long at = 0; at < blocks.byteSize(); at++) {
            int codes = at % blockBytes < Short.BYTES ? 0 : blocks.get(ValueLayout.JAVA_BYTE, at);
            found |= threes(codes);
        }
        return found != 0;
    }

    /** Returns the codes of 3 among those of a byte; 0 if there is none. */
    static int threes(int codes) {
        return codes & (codes >>> 1) & 0x55;
    }

    /** Fills {@code biases} with {@code scales} of the opposite sign, both of f16. */
    static void negate(MemorySegment scales, MemorySegment biases) {
        for (long at = 0; at < scales.byteSize(); at += Short.BYTES) {
            biases.set(SHORT, at, (short) (scales.get(SHORT, at) ^ SIGN));
        }
    }

    /** Returns the first group whose bias is not the scale of the opposite sign, or -1. */
    static long firstOther(MemorySegment scales, MemorySegment biases) {
        for (long at = 0; at < scales.byteSize(); at += Short.BYTES) {
            int scale = scales.get(SHORT, at);
            int bias = biases.get(SHORT, at);
            boolean zeros = ((scale | bias) & ~SIGN & 0xffff) == 0;
            if (!zeros && (short) (scale ^ SIGN) != (short) bias) {
                return at / Short.BYTES;
            }
        }
        return -1;
    }
}
