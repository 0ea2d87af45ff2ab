package dev.trilobit.api.quant;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * Writes the codes of a ternary, binary or affine weight a row at a time: a little-endian bit
 * stream, least significant bit first, or four rows to a byte.
 */
public final class CodePlane {
    private final MemorySegment codes;
    private final MatrixShape shape;
    private final int bits;
    private final boolean rowQuarters;

    /**
     * Wraps the plane of codes of {@code weight}.
     *
     * @throws IllegalArgumentException if it has none
     */
    public CodePlane(Weight weight) {
        this.codes = weight.codes();
        this.shape = weight.shape();
        this.bits = ReferenceCodec.codeBits(weight.format());
        this.rowQuarters = sharesBytes(weight.format());
    }

    /**
     * Tells whether rows that are a quarter of the matrix apart lie in the same bytes: then one
     * thread writes them.
     */
    public static boolean sharesBytes(WeightFormat format) {
        return format instanceof Ternary(TernaryPacking packing, ScaleGranularity _)
                && packing == TernaryPacking.ROW_QUARTERS;
    }

    /**
     * Writes a row.
     *
     * @param row its bits are zero so far
     * @param values [cols] codes
     */
    public void set(int row, byte[] values) {
        if (rowQuarters) {
            int quarter = shape.rows() / 4;
            long at = (long) (row % quarter) * shape.cols();
            for (byte value : values) {
                int old = codes.get(ValueLayout.JAVA_BYTE, at);
                int shift = 2 * (row / quarter);
                codes.set(ValueLayout.JAVA_BYTE, at++, (byte) (old | value << shift));
            }
            return;
        }
        long at = row * Math.ceilDiv((long) shape.cols() * bits, 8L);
        int held = 0;
        int pending = 0;
        for (byte value : values) {
            pending |= (value & 0xff) << held;
            held += bits;
            while (held >= Byte.SIZE) {
                codes.set(ValueLayout.JAVA_BYTE, at++, (byte) pending);
                pending >>>= Byte.SIZE;
                held -= Byte.SIZE;
            }
        }
        if (held > 0) {
            codes.set(ValueLayout.JAVA_BYTE, at, (byte) pending);
        }
    }
}
