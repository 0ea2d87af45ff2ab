package dev.trilobit.model.layout;

import dev.trilobit.api.quant.Affine;
import dev.trilobit.api.quant.FloatType;
import dev.trilobit.api.quant.ScaleGranularity;
import dev.trilobit.api.quant.Ternary;
import dev.trilobit.api.quant.TernaryPacking;
import dev.trilobit.api.quant.WeightFormat;
import dev.trilobit.model.file.GgmlType;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;

/**
 * What is particular about two-bit blocks: {@code w = d * (code - 1)} with codes up to 3, so that
 * they hold ternary weights, and also others. Those are {@link Affine} with the scale d and the
 * bias -d; their codes lie alike.
 */
final class TwoBitTensors {
    /** As much as is looked at of each end of a tensor in a sample. */
    private static final long SAMPLE_BYTES = 1 << 14;

    private static final int SIGN = 0x8000;
    private static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG_UNALIGNED;
    private static final ValueLayout.OfShort SHORT =
            ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

    private TwoBitTensors() {}

    /**
     * Chooses the format of a tensor by a sample of it: a code of 3 is nearly always either
     * nowhere, as in what a ternary model became, or all over.
     *
     * @param blocks the tensor
     * @param type of two bits: in a block the scale, then the codes
     */
    static WeightFormat sampledFormat(MemorySegment blocks, GgmlType type) {
        long bytes = blocks.byteSize();
        long sample = Math.min(bytes, SAMPLE_BYTES / type.blockBytes() * type.blockBytes());
        boolean four =
                blocksHaveThree(blocks.asSlice(0, sample), type.blockBytes())
                        || blocksHaveThree(
                                blocks.asSlice(bytes - sample, sample), type.blockBytes());
        return format(four, type);
    }

    /** Chooses the format of a tensor by all of its codes. */
    static WeightFormat exactFormat(MemorySegment blocks, GgmlType type) {
        return format(blocksHaveThree(blocks, type.blockBytes()), type);
    }

    private static WeightFormat format(boolean four, GgmlType type) {
        return four
                ? new Affine(2, type.blockWeights(), FloatType.F16)
                : new Ternary(
                        TernaryPacking.CONSECUTIVE,
                        new ScaleGranularity.PerGroup(type.blockWeights(), FloatType.F16));
    }

    /** Codes of a block are whole longs behind a scale of two bytes. */
    private static boolean blocksHaveThree(MemorySegment blocks, int blockBytes) {
        for (long block = 0; block < blocks.byteSize(); block += blockBytes) {
            long found = 0;
            for (long at = Short.BYTES; at < blockBytes; at += Long.BYTES) {
                found |= threes(blocks.get(LONG, block + at));
            }
            if (found != 0) {
                return true;
            }
        }
        return false;
    }

    /** Tells whether a plane of codes, of whole longs, has a 3. */
    static boolean codesHaveThree(MemorySegment codes) {
        for (long at = 0; at < codes.byteSize(); at += Long.BYTES) {
            if (threes(codes.get(LONG, at)) != 0) {
                return true;
            }
        }
        return false;
    }

    private static long threes(long codes) {
        return codes & (codes >>> 1) & 0x5555_5555_5555_5555L;
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
