package dev.trilobit.backend.cpu;

import java.lang.foreign.MemorySegment;
import java.nio.ByteOrder;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorOperators;

/** The biases of a {@link BlockStream}: those of a group times the sum of its activations. */
final class BlockBiases {
    /** f16 bits three places down are an f32 too small by {@link #HALF_UNIT}; subnormals too. */
    static final int HALF_BITS = 0x8fffe000;

    static final float HALF_UNIT = 0x1p112f;

    private static final int LANES = GroupGrid.LANES;
    private static final int VECTORS = GroupGrid.BLOCK_ROWS / LANES;
    private static final long VECTOR_BYTES = (long) LANES * Integer.BYTES;
    private static final ByteOrder ORDER = ByteOrder.nativeOrder();

    // A byte becomes the last digits of 2^23, which is subtracted again with the byte of zero.
    private static final int BYTE = 0xff;
    private static final int EXPONENT = 0x4b000000;
    private static final float ZERO = 0x1p23f + BlockStream.MULTIPLE_ZERO;

    private final BlockStream stream;
    private final int[] multiplesAt;

    /** Where a vector of multiples 1 lies, for types that have none. */
    private final long ones;

    /** Makes the sums of matrices that lie as {@code stream} says, of {@code rows} rows. */
    BlockBiases(BlockStream stream, int rows) {
        this.stream = stream;
        this.multiplesAt = stream.multiplesAt();
        this.ones = stream.ones(rows);
    }

    /**
     * Adds what the biases of some blocks of the row come to for one token: {@code unit * (sum over
     * groups of multiple * activations)} for each, in ascending order.
     *
     * @param matrix all of it
     * @param rows byte offset of the rows
     * @param from first block of the row
     * @param to block after the last
     * @param activations their sums, [group][width]
     * @param width tokens side by side
     * @param token which of them
     * @param work in and out: the rows' sums from {@code sums} on
     */
    void add(
            MemorySegment matrix,
            long rows,
            int from,
            int to,
            float[] activations,
            int width,
            int token,
            float[] work,
            int sums) {
        int groups = stream.groups();
        long multiples = stream.multiples() ? rows + VECTOR_BYTES : ones;
        long units = rows + 2 * VECTOR_BYTES;
        for (int v = 0; v < VECTORS; v++) {
            int out = sums + v * LANES;
            FloatVector sum = FloatVector.fromArray(Lanes.FLOATS, work, out);
            for (int b = from; b < to; b++) {
                FloatVector scaled = FloatVector.zero(Lanes.FLOATS);
                for (int g = b * groups; g < (b + 1) * groups; g++) {
                    FloatVector multiple =
                            IntVector.fromMemorySegment(
                                            Lanes.INTS, matrix, multiples + multiplesAt[g], ORDER)
                                    .lanewise(VectorOperators.LSHR, v * Byte.SIZE)
                                    .and(BYTE)
                                    .or(EXPONENT)
                                    .reinterpretAsFloats()
                                    .sub(ZERO);
                    float x = activations[g * width + token];
                    scaled = multiple.fma(FloatVector.broadcast(Lanes.FLOATS, x), scaled);
                }
                long unit = units + (long) b * stream.blockBytes() + v / 2 * VECTOR_BYTES;
                sum =
                        IntVector.fromMemorySegment(Lanes.INTS, matrix, unit, ORDER)
                                .lanewise(VectorOperators.LSHL, (1 - v % 2) * Short.SIZE)
                                .lanewise(VectorOperators.ASHR, 3)
                                .and(HALF_BITS)
                                .reinterpretAsFloats()
                                .mul(HALF_UNIT)
                                .fma(scaled, sum);
            }
            sum.intoArray(work, out);
        }
    }
}
