package dev.trilobit.backend.cpu;

import dev.trilobit.api.quant.BlockCodec;
import dev.trilobit.api.quant.BlockType;
import dev.trilobit.api.quant.Weight;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;

/**
 * How rows of ggml blocks lie for kernels that read scales and codes as one stream: {@code [block
 * of rows][block of the row]}, and in each of those
 *
 * <ol>
 *   <li>units of the scales, then of the biases if there are any: f16, two vectors of ints each,
 *       whose lanes hold a row of one vector in the low half and of the next in the high half;
 *   <li>group by group, where a block has several: their multiples of the unit, of the biases too,
 *       those of a lane's four rows as bytes of an int, {@link #MULTIPLE_ZERO} standing for 0;
 *   <li>and the group's codes, eight or four bits each in 32-bit words, {@code [word][4
 *       vectors][lanes]}.
 * </ol>
 *
 * <p>Behind all rows lies one vector of multiples 1, for types that have none.
 *
 * @param cols columns of a row, a multiple of the type's block
 */
record BlockStream(BlockType type, int cols) {
    /** Byte of a multiple of zero. */
    static final int MULTIPLE_ZERO = 128;

    /** A multiple's bits; with those of 2^23 above them it becomes the last digits of that f32. */
    static final int MULTIPLE_BITS = 0xff;

    /** Bits of the f32 2^23. */
    static final int MULTIPLE_EXPONENT = 0x4b000000;

    /** What is taken off such an f32, so that the multiple itself is left. */
    static final float MULTIPLE_OFFSET = 0x1p23f + MULTIPLE_ZERO;

    private static final int LANES = GroupGrid.LANES;
    private static final int ROWS = GroupGrid.BLOCK_ROWS;
    private static final int VECTOR_BYTES = LANES * Integer.BYTES;

    /** Blocks of a row. */
    int blocks() {
        return cols / type.blockWeights();
    }

    /** Groups of a block of a row. */
    int groups() {
        return type.blockWeights() / type.groupWeights();
    }

    /** Columns of a group. */
    int groupCols() {
        return type.groupWeights();
    }

    /** Whether groups have a multiple of the unit that their block has. */
    boolean multiples() {
        return groups() > 1;
    }

    /** Whether groups have a bias. */
    boolean biases() {
        return type.hasBias();
    }

    private int kinds() {
        return biases() ? 2 : 1;
    }

    private int groupWords() {
        return groupCols() * BlockRow.bits(type) / Integer.SIZE;
    }

    /** Where the codes of each group of a row begin, in bytes from the first of the rows. */
    int[] codesAt() {
        int[] at = new int[blocks() * groups()];
        for (int g = 0; g < at.length; g++) {
            int group = headerBytes() + g % groups() * groupBytes() + multipleBytes();
            at[g] = Math.addExact(Math.multiplyExact(g / groups(), blockBytes()), group);
        }
        return at;
    }

    /** Where the multiples of each group of a row begin; 0 if there are none. */
    int[] multiplesAt() {
        int[] at = codesAt();
        for (int g = 0; g < at.length; g++) {
            at[g] = multiples() ? at[g] - multipleBytes() : 0;
        }
        return at;
    }

    /** Bytes of the units of a block. */
    int headerBytes() {
        return 2 * kinds() * VECTOR_BYTES;
    }

    /** Bytes of the multiples of a group. */
    int multipleBytes() {
        return multiples() ? kinds() * VECTOR_BYTES : 0;
    }

    /** Bytes of a group. */
    int groupBytes() {
        return multipleBytes() + groupWords() * GroupGrid.STEP_BYTES;
    }

    /** Bytes of one block of every row of a block of rows. */
    int blockBytes() {
        return headerBytes() + groups() * groupBytes();
    }

    /** Where a vector of multiples 1 lies: behind all rows. */
    long ones(int rows) {
        return Math.ceilDiv(rows, ROWS) * rowsBytes();
    }

    /** Bytes of a matrix. */
    long byteSize(int rows) {
        return ones(rows) + VECTOR_BYTES;
    }

    /** Bytes of a block of rows. */
    long rowsBytes() {
        return (long) blocks() * blockBytes();
    }

    /**
     * Packs a weight.
     *
     * @param packed out: {@link #byteSize} bytes; rows past the last are zero
     * @throws dev.trilobit.api.quant.UnusableWeightException if a scale or bias is not finite
     */
    void pack(Weight weight, MemorySegment packed) {
        int[] words = new int[Math.toIntExact(rowsBytes() / Integer.BYTES)];
        var codes = new CodeRows(weight, cols + Integer.SIZE);
        var scales = BlockNumbers.scales(weight, type);
        var biases = BlockNumbers.biases(weight, type);
        int rows = weight.shape().rows();
        for (int first = 0; first < rows; first += ROWS) {
            Arrays.fill(words, 0);
            for (int r = first; r < Math.min(first + ROWS, rows); r++) {
                codes.read(r);
                for (int g = 0; g < blocks() * groups(); g += groups()) {
                    scales.requireFinite(r, g);
                    biases.requireFinite(r, g);
                }
                packRow(weight.codes(), codes, r, words);
            }
            long at = first / ROWS * rowsBytes();
            MemorySegment.copy(words, 0, packed, ValueLayout.JAVA_INT, at, words.length);
        }
        packed.asSlice(ones(rows), VECTOR_BYTES).fill((byte) (MULTIPLE_ZERO + 1));
    }

    private void packRow(MemorySegment source, CodeRows codes, int row, int[] words) {
        int vector = row % ROWS / LANES;
        int lane = row % LANES;
        int wordCols = Integer.SIZE / BlockRow.bits(type);
        for (int b = 0; b < blocks(); b++) {
            long block = ((long) row * blocks() + b) * type.blockBytes();
            int start = b * (blockBytes() / Integer.BYTES);
            packUnits(source, block, words, start + vector / 2 * LANES + lane, vector % 2);
            for (int g = 0; g < groups(); g++) {
                int at = start + (headerBytes() + g * groupBytes()) / Integer.BYTES;
                if (multiples()) {
                    packMultiples(source, block, g, words, at + lane, vector);
                }
                int word = at + multipleBytes() / Integer.BYTES + vector * LANES + lane;
                for (int w = 0; w < groupWords(); w++) {
                    int col = b * type.blockWeights() + g * groupCols() + w * wordCols;
                    words[word + w * ROWS] = (int) codes.from(col);
                }
            }
        }
    }

    private void packUnits(MemorySegment source, long block, int[] words, int at, int half) {
        short scale = Float.floatToFloat16((float) BlockCodec.scaleUnit(type, source, block));
        words[at] |= (scale & 0xffff) << (half * Short.SIZE);
        if (biases()) {
            short bias = Float.floatToFloat16((float) BlockCodec.biasUnit(type, source, block));
            words[at + 2 * LANES] |= (bias & 0xffff) << (half * Short.SIZE);
        }
    }

    private void packMultiples(
            MemorySegment source, long block, int group, int[] words, int at, int vector) {
        int scale = BlockCodec.scaleMultiple(type, source, block, group) + MULTIPLE_ZERO;
        words[at] |= scale << (vector * Byte.SIZE);
        if (biases()) {
            int bias = BlockCodec.biasMultiple(type, source, block, group) + MULTIPLE_ZERO;
            words[at + LANES] |= bias << (vector * Byte.SIZE);
        }
    }
}
