package dev.trilobit.backend.cpu;

import java.lang.foreign.MemorySegment;
import java.nio.ByteOrder;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorOperators;

/**
 * Adds up the groups of a {@link BlockStream}: {@code unit * (sum over groups of multiple * f *
 * product)} for each block of the row, in ascending order, and the same of its biases, every
 * product fused with the sum that it goes to. For one token {@link BlockKernel} does the former,
 * with the same bits.
 */
final class BlockScaling {
    /** What is added: products by their scales, or sums of activations by their biases. */
    enum Kind {
        SCALES,
        BIASES
    }

    private static final int LANES = GroupGrid.LANES;
    private static final int ROWS = GroupGrid.BLOCK_ROWS;
    private static final int VECTORS = ROWS / LANES;
    private static final int QUAD = GroupedTile.QUAD;
    private static final long VECTOR_BYTES = (long) LANES * Integer.BYTES;
    private static final ByteOrder ORDER = ByteOrder.nativeOrder();

    // A byte becomes the last digits of 2^23, which is subtracted again with the byte of zero.
    private static final int BYTE = 0xff;
    private static final int EXPONENT = 0x4b000000;
    private static final float ZERO = 0x1p23f + BlockStream.MULTIPLE_ZERO;

    // f16 bits three places down are an f32 too small by 2^112; subnormals included.
    static final int HALF_BITS = 0x8fffe000;
    static final float HALF_UNIT = 0x1p112f;

    private final BlockStream stream;
    private final int[] multiplesAt;

    /** Where a vector of multiples 1 lies, for types that have none. */
    private final long ones;

    /** Makes the sums of matrices that lie as {@code stream} says, of {@code rows} rows. */
    BlockScaling(BlockStream stream, int rows) {
        this.stream = stream;
        this.multiplesAt = stream.multiplesAt();
        this.ones = stream.ones(rows);
    }

    private long multiples(long rows, Kind kind) {
        return stream.multiples() ? rows + (kind == Kind.BIASES ? VECTOR_BYTES : 0) : ones;
    }

    private static long units(long rows, Kind kind) {
        return rows + (kind == Kind.BIASES ? 2 * VECTOR_BYTES : 0);
    }

    /**
     * Adds what the biases of some blocks of the row come to for one token.
     *
     * @param matrix all of it
     * @param rows byte offset of the rows
     * @param from first block of the row
     * @param to block after the last
     * @param activations their sums, [group]
     * @param work in and out: the rows' sums from {@code sums} on
     */
    void addBiases(
            MemorySegment matrix,
            long rows,
            int from,
            int to,
            float[] activations,
            float[] work,
            int sums) {
        int groups = stream.groups();
        long multiples = multiples(rows, Kind.BIASES);
        long units = units(rows, Kind.BIASES);
        for (int v = 0; v < VECTORS; v++) {
            int out = sums + v * LANES;
            FloatVector sum0 = FloatVector.fromArray(Lanes.FLOATS, work, out);
            for (int b = from; b < to; b++) {
                FloatVector scaled0 = FloatVector.zero(Lanes.FLOATS);
                for (int g = b * groups; g < (b + 1) * groups; g++) {
                    FloatVector multiple =
                            IntVector.fromMemorySegment(
                                            Lanes.INTS, matrix, multiples + multiplesAt[g], ORDER)
                                    .lanewise(VectorOperators.LSHR, v * Byte.SIZE)
                                    .and(BYTE)
                                    .or(EXPONENT)
                                    .reinterpretAsFloats()
                                    .sub(ZERO);
                    FloatVector sum = FloatVector.broadcast(Lanes.FLOATS, activations[g]);
                    scaled0 = multiple.fma(sum, scaled0);
                }
                long place = units + (long) b * stream.blockBytes() + v / 2 * VECTOR_BYTES;
                FloatVector unit =
                        IntVector.fromMemorySegment(Lanes.INTS, matrix, place, ORDER)
                                .lanewise(VectorOperators.LSHL, (1 - v % 2) * Short.SIZE)
                                .lanewise(VectorOperators.ASHR, 3)
                                .and(HALF_BITS)
                                .reinterpretAsFloats()
                                .mul(HALF_UNIT);
                sum0 = unit.fma(scaled0, sum0);
            }
            sum0.intoArray(work, out);
        }
    }

    /**
     * Adds what some blocks of the row come to for four tokens.
     *
     * @param factors what the products are multiples of, [group][4]
     * @param work in: products, [group][4][row], those of the first group at {@code products}; in
     *     and out: sums, [4][row], from {@code sums} on
     */
    void addFour(
            MemorySegment matrix,
            Kind kind,
            long rows,
            int from,
            int to,
            float[] factors,
            float[] work,
            int products,
            int sums) {
        int groups = stream.groups();
        long multiples = multiples(rows, kind);
        long units = units(rows, kind);
        for (int v = 0; v < VECTORS; v++) {
            int out = sums + v * LANES;
            int at = products + v * LANES;
            FloatVector sum0 = FloatVector.fromArray(Lanes.FLOATS, work, out);
            FloatVector sum1 = FloatVector.fromArray(Lanes.FLOATS, work, out + ROWS);
            FloatVector sum2 = FloatVector.fromArray(Lanes.FLOATS, work, out + 2 * ROWS);
            FloatVector sum3 = FloatVector.fromArray(Lanes.FLOATS, work, out + 3 * ROWS);
            for (int b = from; b < to; b++) {
                FloatVector scaled0 = FloatVector.zero(Lanes.FLOATS);
                FloatVector scaled1 = FloatVector.zero(Lanes.FLOATS);
                FloatVector scaled2 = FloatVector.zero(Lanes.FLOATS);
                FloatVector scaled3 = FloatVector.zero(Lanes.FLOATS);
                for (int g = b * groups; g < (b + 1) * groups; g++) {
                    FloatVector multiple =
                            IntVector.fromMemorySegment(
                                            Lanes.INTS, matrix, multiples + multiplesAt[g], ORDER)
                                    .lanewise(VectorOperators.LSHR, v * Byte.SIZE)
                                    .and(BYTE)
                                    .or(EXPONENT)
                                    .reinterpretAsFloats()
                                    .sub(ZERO);
                    scaled0 =
                            multiple.mul(factors[QUAD * g])
                                    .fma(FloatVector.fromArray(Lanes.FLOATS, work, at), scaled0);
                    scaled1 =
                            multiple.mul(factors[QUAD * g + 1])
                                    .fma(
                                            FloatVector.fromArray(Lanes.FLOATS, work, at + ROWS),
                                            scaled1);
                    scaled2 =
                            multiple.mul(factors[QUAD * g + 2])
                                    .fma(
                                            FloatVector.fromArray(
                                                    Lanes.FLOATS, work, at + 2 * ROWS),
                                            scaled2);
                    scaled3 =
                            multiple.mul(factors[QUAD * g + 3])
                                    .fma(
                                            FloatVector.fromArray(
                                                    Lanes.FLOATS, work, at + 3 * ROWS),
                                            scaled3);
                    at += QUAD * ROWS;
                }
                long place = units + (long) b * stream.blockBytes() + v / 2 * VECTOR_BYTES;
                FloatVector unit =
                        IntVector.fromMemorySegment(Lanes.INTS, matrix, place, ORDER)
                                .lanewise(VectorOperators.LSHL, (1 - v % 2) * Short.SIZE)
                                .lanewise(VectorOperators.ASHR, 3)
                                .and(HALF_BITS)
                                .reinterpretAsFloats()
                                .mul(HALF_UNIT);
                sum0 = unit.fma(scaled0, sum0);
                sum1 = unit.fma(scaled1, sum1);
                sum2 = unit.fma(scaled2, sum2);
                sum3 = unit.fma(scaled3, sum3);
            }
            sum0.intoArray(work, out);
            sum1.intoArray(work, out + ROWS);
            sum2.intoArray(work, out + 2 * ROWS);
            sum3.intoArray(work, out + 3 * ROWS);
        }
    }
}
