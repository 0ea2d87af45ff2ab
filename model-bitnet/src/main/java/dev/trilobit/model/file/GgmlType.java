package dev.trilobit.model.file;

import java.util.Optional;

/**
 * The tensor types of GGUF files that are read. A row of a tensor is a run of blocks; a block holds
 * {@link #blockWeights} weights in {@link #blockBytes} bytes. Source: ggml {@code enum ggml_type}
 * and {@code type_traits}; {@code I2_S} from bitnet.cpp, {@code PQ2_0}, {@code PTQ1_0} and {@code
 * Q2_0_G128} from PrismML's fork of llama.cpp.
 */
public enum GgmlType implements TensorType {
    /** IEEE 754 binary32. */
    F32(0, 1, 4),
    /** IEEE 754 binary16. */
    F16(1, 1, 2),
    /** Four bits and a scale. */
    Q4_0(2, 32, 18),
    /** Four bits, a scale and a minimum. */
    Q4_1(3, 32, 20),
    /** Five bits and a scale. */
    Q5_0(6, 32, 22),
    /** Eight bits and a scale. */
    Q8_0(8, 32, 34),
    /** Four bits; scales and minima of 32 weights in six bits. */
    Q4_K(12, 256, 144),
    /** Six bits; scales of 16 weights in eight bits. */
    Q6_K(14, 256, 210),
    /** bfloat16. */
    BF16(30, 1, 2),
    /** Ternary, five weights a byte. */
    TQ1_0(34, 256, 54),
    /** Ternary, four weights a byte. */
    TQ2_0(35, 256, 66),
    /**
     * Ternary, four weights a byte, one f32 scale and 28 bytes of padding behind the last: the
     * block is the byte, see {@link #byteSize}.
     */
    I2_S(36, 4, 1),
    /** One bit and a scale. */
    Q1_0(41, 128, 18),
    /** Two bits and a scale. */
    Q2_0(42, 64, 18),
    /** Two bits and a scale as older files have it, under the id of {@link #Q2_0}. */
    Q2_0_G128(42, 128, 34),
    /** Two bits and a scale, under an id of its own. */
    PQ2_0(142, 128, 34),
    /** Ternary, five weights a byte, blocks of 128. */
    PTQ1_0(143, 128, 28);

    /** What follows the codes of an {@link #I2_S} tensor: the scale and padding. */
    private static final int I2_S_TAIL_BYTES = 32;

    private final int id;
    private final int blockWeights;
    private final int blockBytes;

    GgmlType(int id, int blockWeights, int blockBytes) {
        this.id = id;
        this.blockWeights = blockWeights;
        this.blockBytes = blockBytes;
    }

    /** Finds a type by its number in a file; 42 is {@link #Q2_0}. */
    static Optional<GgmlType> of(long id) {
        for (GgmlType type : values()) {
            if (type.id == id) {
                return Optional.of(type);
            }
        }
        return Optional.empty();
    }

    /** Returns the number of the type in a file. */
    public int id() {
        return id;
    }

    /** Returns the weights of a block; the length of a row is a multiple of it. */
    public int blockWeights() {
        return blockWeights;
    }

    /** Returns the bytes of a block. */
    public int blockBytes() {
        return blockBytes;
    }

    /**
     * Returns the bytes of a tensor without padding up to the next one.
     *
     * @param weights its elements, a multiple of {@link #blockWeights}
     * @throws ArithmeticException if the bytes do not fit a long
     */
    public long byteSize(long weights) {
        long bytes = Math.multiplyExact(weights / blockWeights, (long) blockBytes);
        return this == I2_S ? Math.addExact(bytes, I2_S_TAIL_BYTES) : bytes;
    }

    @Override
    public String label() {
        return name();
    }
}
