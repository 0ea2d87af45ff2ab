package dev.trilobit.api.quant;

import java.lang.foreign.MemorySegment;

/**
 * Quantizes one block of Q4_K: finds scale and minimum of each group of 32 by a search for the
 * least squared error weighted by {@code sqrt(mean w^2) + |w|}, rounds them to six bits each, and
 * then the weights. Source: ggml {@code ggml-quants.c}, {@code quantize_row_q4_K_ref} and {@code
 * make_qkx2_quants}, of which every f32 operation is rounded here, none fused.
 */
final class FourBitBlock {
    private static final int GROUPS = 8;
    private static final int SIZE = 32;
    private static final int LARGEST_CODE = 15;
    private static final int LARGEST_INTEGER = 63;
    private static final int STEPS = 20;
    private static final BlockType TYPE = BlockType.Q4_K;

    private final float[] x;
    private final float[] weights = new float[SIZE];
    private final int[] attempt = new int[SIZE];
    private final int[] codes = new int[GROUPS * SIZE];
    private final float[] scales = new float[GROUPS];

    /** Subtracted: not negative. */
    private final float[] minima = new float[GROUPS];

    private FourBitBlock(float[] x) {
        this.x = x;
    }

    /** Quantizes 256 weights; d is not finite if they are too large. */
    static void quantize(float[] x, int from, MemorySegment blocks, long block) {
        new FourBitBlock(x).quantize(from, blocks, block);
    }

    private void quantize(int from, MemorySegment blocks, long block) {
        float largestScale = 0;
        float largestMinimum = 0;
        for (int g = 0; g < GROUPS; g++) {
            search(from + g * SIZE, g);
            if (!Float.isFinite(scales[g]) || !Float.isFinite(minima[g])) {
                BlockCodec.setScale(TYPE, blocks, block, Float.POSITIVE_INFINITY);
                return;
            }
            largestScale = Math.max(largestScale, scales[g]);
            largestMinimum = Math.max(largestMinimum, minima[g]);
        }
        float scaleFactor = largestScale > 0 ? LARGEST_INTEGER / largestScale : 0;
        float minimumFactor = largestMinimum > 0 ? LARGEST_INTEGER / largestMinimum : 0;
        BlockCodec.setScale(TYPE, blocks, block, largestScale / LARGEST_INTEGER);
        BlockCodec.setMinimum(blocks, block, largestMinimum / LARGEST_INTEGER);
        for (int g = 0; g < GROUPS; g++) {
            int scale = Math.min(LARGEST_INTEGER, SixBitBlock.nearest(scaleFactor * scales[g]));
            int minimum = Math.min(LARGEST_INTEGER, SixBitBlock.nearest(minimumFactor * minima[g]));
            BlockCodec.setGroup4(blocks, block, g, scale, minimum);
        }
        for (int g = 0; g < GROUPS; g++) {
            float d = (float) BlockCodec.scale(TYPE, blocks, block, g);
            float minimum = (float) -BlockCodec.bias(TYPE, blocks, block, g);
            for (int i = g * SIZE; i < (g + 1) * SIZE; i++) {
                if (d != 0) {
                    codes[i] = clamp(SixBitBlock.nearest((x[from + i] + minimum) / d));
                }
                BlockCodec.setCode(TYPE, blocks, block, i, codes[i]);
            }
        }
    }

    /** Finds scale and minimum of a group, and its codes. */
    private void search(int from, int g) {
        float smallest = x[from];
        float largest = x[from];
        float squares = 0;
        for (int i = 0; i < SIZE; i++) {
            squares += x[from + i] * x[from + i];
        }
        float size = (float) Math.sqrt(squares / SIZE);
        float sumW = 0;
        float sumX = 0;
        for (int i = 0; i < SIZE; i++) {
            weights[i] = size + Math.abs(x[from + i]);
            smallest = Math.min(smallest, x[from + i]);
            largest = Math.max(largest, x[from + i]);
            sumW += weights[i];
            sumX += weights[i] * x[from + i];
        }
        smallest = Math.min(smallest, 0);
        if (largest == smallest) {
            minima[g] = -smallest;
            scales[g] = 0;
            return;
        }
        float minimum = smallest;
        float factor = LARGEST_CODE / (largest - smallest);
        float scale = 1 / factor;
        float bestError = round(from, factor, smallest, scale, smallest);
        System.arraycopy(attempt, 0, codes, g * SIZE, SIZE);
        for (int step = 0; step <= STEPS; step++) {
            // Once a better minimum is found the search goes on from it.
            factor = (-1f + 0.1f * step + LARGEST_CODE) / (largest - minimum);
            float sumL = 0;
            float sumL2 = 0;
            float sumXl = 0;
            for (int i = 0; i < SIZE; i++) {
                int code = clamp(SixBitBlock.nearest(factor * (x[from + i] - minimum)));
                float weight = weights[i];
                attempt[i] = code;
                sumL += weight * code;
                sumL2 += weight * code * code;
                sumXl += weight * code * x[from + i];
            }
            float determinant = sumW * sumL2 - sumL * sumL;
            if (determinant > 0) {
                float newScale = (sumW * sumXl - sumX * sumL) / determinant;
                float newMinimum = (sumL2 * sumX - sumL * sumXl) / determinant;
                if (newMinimum > 0) {
                    newMinimum = 0;
                    newScale = sumXl / sumL2;
                }
                float error = error(from, newScale, newMinimum);
                if (error < bestError) {
                    System.arraycopy(attempt, 0, codes, g * SIZE, SIZE);
                    bestError = error;
                    scale = newScale;
                    minimum = newMinimum;
                }
            }
        }
        scales[g] = scale;
        minima[g] = -minimum;
    }

    /** Rounds a group into {@link #attempt} and returns the error. */
    private float round(int from, float factor, float zero, float scale, float minimum) {
        for (int i = 0; i < SIZE; i++) {
            attempt[i] = clamp(SixBitBlock.nearest(factor * (x[from + i] - zero)));
        }
        return error(from, scale, minimum);
    }

    private float error(int from, float scale, float minimum) {
        float error = 0;
        for (int i = 0; i < SIZE; i++) {
            float difference = scale * attempt[i] + minimum - x[from + i];
            error += weights[i] * (difference * difference);
        }
        return error;
    }

    private static int clamp(int code) {
        return Math.clamp(code, 0, LARGEST_CODE);
    }
}
