package dev.trilobit.api.quant;

import java.lang.foreign.MemorySegment;

/**
 * Quantizes one block of 32 weights with one scale. The codes are found with d before it is rounded
 * to f16. Source: ggml {@code ggml-quants.c}, {@code quantize_row_q8_0_ref} and its neighbours.
 */
final class SmallBlocks {
    private static final int WEIGHTS = 32;

    private SmallBlocks() {}

    /** Q8_0: {@code d = max|w| / 127}, {@code q = round(w / d)} with ties away from zero. */
    static void signedBytes(float[] x, int from, MemorySegment blocks, long block) {
        float largest = 0;
        for (int i = 0; i < WEIGHTS; i++) {
            largest = Math.max(largest, Math.abs(x[from + i]));
        }
        float d = largest / 127;
        float factor = d != 0 ? 1 / d : 0;
        BlockCodec.setScale(BlockType.Q8_0, blocks, block, d);
        for (int i = 0; i < WEIGHTS; i++) {
            float scaled = x[from + i] * factor;
            int rounded = (int) Math.copySign(Math.floor(Math.abs((double) scaled) + 0.5), scaled);
            int code = Math.clamp(rounded, -127, 127) + BlockType.Q8_0.centre();
            BlockCodec.setCode(BlockType.Q8_0, blocks, block, i, code);
        }
    }

    /**
     * Q5_0 and Q4_0: the weight of the largest magnitude, with its sign, gets code 0; {@code d = w
     * / -centre}.
     */
    static void centred(BlockType type, float[] x, int from, MemorySegment blocks, long block) {
        float largest = 0;
        for (int i = 0; i < WEIGHTS; i++) {
            if (Math.abs(x[from + i]) > Math.abs(largest)) {
                largest = x[from + i];
            }
        }
        float d = largest / -type.centre();
        float factor = d != 0 ? 1 / d : 0;
        BlockCodec.setScale(type, blocks, block, d);
        for (int i = 0; i < WEIGHTS; i++) {
            int code = (int) (x[from + i] * factor + (type.centre() + 0.5f));
            BlockCodec.setCode(type, blocks, block, i, Math.clamp(code, 0, 2 * type.centre() - 1));
        }
    }

    /** Q4_1: {@code m = min w}, {@code d = (max w - m) / 15}. */
    static void fromMinimum(float[] x, int from, MemorySegment blocks, long block) {
        float smallest = Float.MAX_VALUE;
        float largest = -Float.MAX_VALUE;
        for (int i = 0; i < WEIGHTS; i++) {
            smallest = x[from + i] < smallest ? x[from + i] : smallest;
            largest = x[from + i] > largest ? x[from + i] : largest;
        }
        float d = (largest - smallest) / 15;
        float factor = d != 0 ? 1 / d : 0;
        BlockCodec.setScale(BlockType.Q4_1, blocks, block, d);
        BlockCodec.setMinimum(blocks, block, smallest);
        for (int i = 0; i < WEIGHTS; i++) {
            int code = (int) ((x[from + i] - smallest) * factor + 0.5f);
            BlockCodec.setCode(BlockType.Q4_1, blocks, block, i, Math.clamp(code, 0, 15));
        }
    }
}
