package dev.trilobit.backend.cpu;

import dev.trilobit.api.quant.BlockType;
import java.lang.foreign.MemorySegment;
import java.nio.ByteOrder;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorOperators;

/**
 * The biases of a {@link BlockStream}: those of a group times the sum of its activations. Kernels
 * multiply codes less {@link #centre}, so that sums and biases cancel less, and here the biases
 * give it back: {@code s q + b = s (q - c) + (b + s c)}.
 */
final class BlockBiases {
    private static final int LANES = GroupGrid.LANES;
    private static final int VECTORS = GroupGrid.BLOCK_ROWS / LANES;
    private static final long VECTOR_BYTES = (long) LANES * Integer.BYTES;
    private static final ByteOrder ORDER = ByteOrder.nativeOrder();

    /** Where the units of the biases lie, behind those of the scales. */
    private static final long UNITS = 2 * VECTOR_BYTES;

    /** Where the multiples of the biases lie, behind those of the scales. */
    private static final long MULTIPLES = VECTOR_BYTES;

    private final BlockStream stream;
    private final int[] multiplesAt;

    /** Where a vector of multiples 1 lies, for types that have none. */
    private final long ones;

    private final float centre;

    /** Makes the sums of matrices that lie as {@code stream} says, of {@code rows} rows. */
    BlockBiases(BlockStream stream, int rows) {
        this.stream = stream;
        this.multiplesAt = stream.multiplesAt();
        this.ones = stream.ones(rows);
        this.centre = centre(stream.type());
    }

    /** The code of zero; of codes with a bias, which have none, the one in the middle. */
    static int centre(BlockType type) {
        return type.hasBias() ? 1 << (type.bits() - 1) : type.centre();
    }

    /**
     * Adds what the biases of some blocks of the row come to for one token: the sum over groups of
     * {@code (b + s c) * activations}, in ascending order.
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
        boolean several = stream.multiples();
        for (int v = 0; v < VECTORS; v++) {
            int out = sums + v * LANES;
            FloatVector sum = FloatVector.fromArray(Lanes.FLOATS, work, out);
            for (int b = from; b < to; b++) {
                long units = rows + (long) b * stream.blockBytes() + v / 2 * VECTOR_BYTES;
                FloatVector scale = unit(matrix, units, v).mul(centre);
                FloatVector bias = unit(matrix, units + UNITS, v);
                for (int g = b * groups; g < (b + 1) * groups; g++) {
                    long scales = several ? rows + multiplesAt[g] : ones;
                    long biases = several ? scales + MULTIPLES : ones;
                    FloatVector given = bias.mul(multiple(matrix, biases, v));
                    given = multiple(matrix, scales, v).fma(scale, given);
                    float x = activations[g * width + token];
                    sum = given.fma(FloatVector.broadcast(Lanes.FLOATS, x), sum);
                }
            }
            sum.intoArray(work, out);
        }
    }

    private static FloatVector multiple(MemorySegment matrix, long at, int vector) {
        return IntVector.fromMemorySegment(Lanes.INTS, matrix, at, ORDER)
                .lanewise(VectorOperators.LSHR, vector * Byte.SIZE)
                .and(BlockStream.MULTIPLE_BITS)
                .or(BlockStream.MULTIPLE_EXPONENT)
                .reinterpretAsFloats()
                .sub(BlockStream.MULTIPLE_OFFSET);
    }

    private static FloatVector unit(MemorySegment matrix, long at, int vector) {
        return IntVector.fromMemorySegment(Lanes.INTS, matrix, at, ORDER)
                .lanewise(VectorOperators.LSHL, (1 - vector % 2) * Short.SIZE)
                .lanewise(VectorOperators.ASHR, 3)
                .and(Halves.BITS)
                .reinterpretAsFloats()
                .mul(Halves.UNIT);
    }
}
