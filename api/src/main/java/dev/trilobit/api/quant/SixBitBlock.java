package dev.trilobit.api.quant;

import java.lang.foreign.MemorySegment;

/**
 * Quantizes one block of Q6_K: finds the scale of each group of 16 by a search round {@code -32 /
 * max w} for the least squared error weighted by {@code w^2}, rounds the scales to bytes, and then
 * the weights. Source: ggml {@code ggml-quants.c}, {@code quantize_row_q6_K_ref} and {@code
 * make_qx_quants}, of which every f32 operation is rounded here, none fused.
 */
final class SixBitBlock {
    private static final int GROUPS = 16;
    private static final int SIZE = 16;
    private static final int CENTRE = 32;
    private static final float NOTHING = 1e-15f;
    private static final BlockType TYPE = BlockType.Q6_K;

    private SixBitBlock() {}

    /** Quantizes 256 weights; d is not finite if they are too large. */
    static void quantize(float[] x, int from, MemorySegment blocks, long block) {
        float[] scales = new float[GROUPS];
        int[] codes = new int[GROUPS * SIZE];
        float largest = 0;
        for (int g = 0; g < GROUPS; g++) {
            scales[g] = search(x, from + g * SIZE, codes, g * SIZE);
            if (!Float.isFinite(scales[g])) {
                BlockCodec.setScale(TYPE, blocks, block, scales[g]);
                return;
            }
            if (Math.abs(scales[g]) > Math.abs(largest)) {
                largest = scales[g];
            }
        }
        if (Math.abs(largest) < NOTHING) {
            blocks.asSlice(block, TYPE.blockBytes()).fill((byte) 0);
            return;
        }
        float factor = -128f / largest;
        BlockCodec.setScale(TYPE, blocks, block, 1 / factor);
        for (int g = 0; g < GROUPS; g++) {
            int scale = Math.min(127, nearest(factor * scales[g]));
            BlockCodec.setGroupScale6(blocks, block, g, scale);
            float d = (float) BlockCodec.scale(TYPE, blocks, block, g);
            for (int i = g * SIZE; i < (g + 1) * SIZE; i++) {
                if (d != 0) {
                    codes[i] = clamp(nearest(x[from + i] / d)) + CENTRE;
                }
                BlockCodec.setCode(TYPE, blocks, block, i, codes[i]);
            }
        }
    }

    /** Returns the best scale of a group and leaves its codes: 0 to 63. */
    private static float search(float[] x, int from, int[] codes, int at) {
        float largest = 0;
        for (int i = 0; i < SIZE; i++) {
            if (Math.abs(x[from + i]) > Math.abs(largest)) {
                largest = x[from + i];
            }
        }
        if (Math.abs(largest) < NOTHING) {
            return 0;
        }
        float scale = 0;
        float best = 0;
        for (int attempt = 0; attempt < 19; attempt++) {
            // No shift first, then -9 to 9 tenths but none.
            int tenths = attempt == 0 ? 0 : attempt < 10 ? attempt - 10 : attempt - 9;
            float factor = tenths == 0 ? -CENTRE / largest : -(CENTRE + 0.1f * tenths) / largest;
            float sumLx = 0;
            float sumL2 = 0;
            for (int i = 0; i < SIZE; i++) {
                float value = x[from + i];
                int code = clamp(nearest(factor * value));
                float weight = value * value;
                sumLx += weight * value * code;
                sumL2 += weight * code * code;
            }
            if (attempt == 0 || (sumL2 > 0 && sumLx * sumLx > best * sumL2)) {
                scale = sumL2 != 0 ? sumLx / sumL2 : 0;
                best = scale * sumLx;
                for (int i = 0; i < SIZE; i++) {
                    codes[at + i] = clamp(nearest(factor * x[from + i])) + CENTRE;
                }
            }
        }
        return scale;
    }

    private static int clamp(int code) {
        return Math.clamp(code, -CENTRE, CENTRE - 1);
    }

    /** Rounds ties to even. */
    static int nearest(float value) {
        return (int) Math.rint(value);
    }
}
