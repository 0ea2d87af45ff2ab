package dev.trilobit.backend.cpu;

import dev.trilobit.api.quant.Affine;
import dev.trilobit.api.quant.Binary;
import dev.trilobit.api.quant.BlockType;
import dev.trilobit.api.quant.Blocks;
import dev.trilobit.api.quant.Dense;
import dev.trilobit.api.quant.Ternary;
import dev.trilobit.api.quant.TernaryPacking;
import dev.trilobit.api.quant.UnusableWeightException;
import dev.trilobit.api.quant.Weight;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/**
 * Reads the integer codes of a weight a row at a time as one little-endian bit stream: code c lies
 * in bits {@code c * bits} and up. Not safe for use by several threads.
 */
final class CodeRows {
    private static final VarHandle LONG =
            MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

    private final Weight weight;
    private final int bits;
    private final boolean rowQuarters;
    private final PassedPages passed;
    private final byte[] row;
    private final byte[] quarterRow;

    /**
     * Prepares to read {@code weight}.
     *
     * @param paddedCols codes that may be asked for in each row; those past the matrix are 0
     * @throws IllegalArgumentException if the weight is dense
     */
    CodeRows(Weight weight, int paddedCols) {
        this.weight = weight;
        this.passed = new PassedPages(weight.codes());
        int cols = weight.shape().cols();
        this.rowQuarters =
                weight.format() instanceof Ternary(TernaryPacking packing, var _)
                        && packing == TernaryPacking.ROW_QUARTERS;
        this.bits =
                switch (weight.format()) {
                    case Dense _ ->
                            throw new IllegalArgumentException(weight.name() + ": dense, no codes");
                    case Ternary _ -> 2;
                    case Binary _ -> 1;
                    case Affine(int width, int _, var _) -> width;
                    case Blocks(BlockType type) -> BlockRow.bits(type);
                };
        long rowBits = (long) Math.max(cols, paddedCols) * bits;
        this.row = new byte[Math.toIntExact(rowBits / 8 + 2 * Long.BYTES)];
        this.quarterRow = new byte[rowQuarters ? cols + Long.BYTES : 0];
    }

    /** Bits that a code takes in {@link #from}: 1 to 8. */
    int bits() {
        return bits;
    }

    /** Moves to a row. */
    void read(int r) {
        MemorySegment codes = weight.codes();
        int cols = weight.shape().cols();
        if (rowQuarters) {
            int quarter = weight.shape().rows() / 4;
            long start = (long) (r % quarter) * cols;
            passed.reached(start);
            MemorySegment.copy(codes, ValueLayout.JAVA_BYTE, start, quarterRow, 0, cols);
            gather(2 * (r / quarter), cols);
        } else if (weight.format() instanceof Blocks(BlockType type)) {
            long rowBytes = (long) cols / type.blockWeights() * type.blockBytes();
            passed.reached(r * rowBytes);
            BlockRow.unpack(type, codes, r * rowBytes, cols, row);
        } else {
            int bytes = Math.toIntExact(Math.ceilDiv((long) cols * bits, 8L));
            passed.reached((long) r * bytes);
            MemorySegment.copy(codes, ValueLayout.JAVA_BYTE, (long) r * bytes, row, 0, bytes);
        }
        int used = (int) ((long) cols * bits) & 7;
        if (used != 0) {
            // What lies between the last code and the end of its byte is nobody's.
            row[(int) (((long) cols * bits) >>> 3)] &= (byte) ((1 << used) - 1);
        }
    }

    /** Moves the two bits at {@code shift} of every byte next to each other. */
    private void gather(int shift, int cols) {
        for (int c = 0; c < cols; c += 8) {
            long v = ((long) LONG.get(quarterRow, c) >>> shift) & 0x0303030303030303L;
            v = (v | (v >>> 6)) & 0x000F000F000F000FL;
            v = (v | (v >>> 12)) & 0x000000FF000000FFL;
            v |= v >>> 24;
            row[c >> 2] = (byte) v;
            row[(c >> 2) + 1] = (byte) (v >>> 8);
        }
    }

    /** Returns the codes from {@code col} on, the first in the low bits: at least 57 bits. */
    long from(int col) {
        long bit = (long) col * bits;
        return (long) LONG.get(row, (int) (bit >>> 3)) >>> (bit & 7);
    }

    /** Returns one code. */
    int code(int col) {
        return (int) from(col) & ((1 << bits) - 1);
    }

    /**
     * Describes the first code 3 of the current row, which is row {@code r} of a ternary weight.
     */
    UnusableWeightException invalidTrit(int r) {
        int col = 0;
        while (code(col) != 3) {
            col++;
        }
        return new UnusableWeightException(
                "%s: code at row %d, column %d of %s %s must be 0, 1 or 2, got 3"
                        .formatted(weight.name(), r, col, weight.format().label(), weight.shape()));
    }
}
