package dev.trilobit.api.quant;

/**
 * The block layouts of ggml that hold integers of 4 to 8 bits. A block holds {@link #blockWeights}
 * neighbours of a row, in groups of {@link #groupWeights} that share a scale; all of it lies side
 * by side: {@code w = scale * (code - centre) + bias}. {@link BlockCodec} is the executable
 * definition. In the layouts below {@code d}, {@code m} and {@code dmin} are f16 and the low half
 * of a byte comes first. Source: ggml {@code ggml-common.h} and {@code ggml-quants.c}.
 */
public enum BlockType {
    /** {@code d | qs[32]}: {@code w = d * qs[i]}, qs signed bytes; the code is {@code qs + 128}. */
    Q8_0(32, 34, 8, 32, 128),
    /**
     * {@code ql[128] | qh[64] | sc[16] | d}: {@code w = d * sc[i / 16] * (q - 32)}, sc signed
     * bytes. With {@code h = i / 128}, {@code k = i / 32 % 4} and {@code l = i % 32} the low four
     * bits of q are half {@code k / 2} of {@code ql[64 h + 32 (k % 2) + l]} and the high two are
     * bits {@code 2 k} and up of {@code qh[32 h + l]}.
     */
    Q6_K(256, 210, 6, 16, 32),
    /**
     * {@code d | qh[4] | qs[16]}: {@code w = d * (q - 16)}; the low four bits of q are half {@code
     * i / 16} of {@code qs[i % 16]} and the highest is bit i of qh.
     */
    Q5_0(32, 22, 5, 32, 16),
    /**
     * {@code d | qs[16]}: {@code w = d * (q - 8)}; q is half {@code i / 16} of {@code qs[i % 16]}.
     */
    Q4_0(32, 18, 4, 32, 8),
    /** {@code d | m | qs[16]}: {@code w = d * q + m}; q as in {@link #Q4_0}. */
    Q4_1(32, 20, 4, 32, 0),
    /**
     * {@code d | dmin | s[12] | qs[128]}: {@code w = d * sc[g] * q - dmin * mn[g]} with {@code g =
     * i / 32}; q is half {@code g % 2} of {@code qs[32 (g / 2) + i % 32]}. Of the 6-bit sc and mn,
     * those of the first four groups are the low six bits of {@code s[g]} and {@code s[g + 4]};
     * those of the last four have their low four bits in the halves of {@code s[g + 4]} and their
     * high two bits on top of {@code s[g - 4]} and {@code s[g]}.
     */
    Q4_K(256, 144, 4, 32, 0);

    private final int blockWeights;
    private final int blockBytes;
    private final int bits;
    private final int groupWeights;
    private final int centre;

    BlockType(int blockWeights, int blockBytes, int bits, int groupWeights, int centre) {
        this.blockWeights = blockWeights;
        this.blockBytes = blockBytes;
        this.bits = bits;
        this.groupWeights = groupWeights;
        this.centre = centre;
    }

    /** Returns the weights of a block. */
    public int blockWeights() {
        return blockWeights;
    }

    /** Returns the bytes of a block. */
    public int blockBytes() {
        return blockBytes;
    }

    /** Returns the bits of a code: 4, 5, 6 or 8. */
    public int bits() {
        return bits;
    }

    /** Returns the weights that share a scale. */
    public int groupWeights() {
        return groupWeights;
    }

    /** Returns the code that stands for zero before the bias. */
    public int centre() {
        return centre;
    }

    /** Returns whether groups have a bias of their own: it is zero in the other types. */
    public boolean hasBias() {
        return switch (this) {
            case Q8_0, Q6_K, Q5_0, Q4_0 -> false;
            case Q4_1, Q4_K -> true;
        };
    }
}
