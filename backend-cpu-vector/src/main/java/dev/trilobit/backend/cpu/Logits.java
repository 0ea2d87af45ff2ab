package dev.trilobit.backend.cpu;

import java.lang.foreign.MemorySegment;

/** The logits of the last step, in one array that grows with the rows asked for. */
final class Logits {
    private final int width;
    private float[] values;
    private MemorySegment segment;
    private int segmentRows;

    /**
     * Allocates one row.
     *
     * @param width scores of a token
     */
    Logits(int width) {
        this.width = width;
        values = new float[width];
        segment = MemorySegment.ofArray(values);
        segmentRows = 1;
    }

    /** Array that holds at least {@code rows} rows. */
    float[] array(int rows) {
        if (values.length < Math.multiplyExact(rows, width)) {
            values = new float[rows * width];
            segmentRows = 0;
        }
        return values;
    }

    /** View of the first {@code rows} rows; the same object as long as the number stays. */
    MemorySegment segment(int rows) {
        if (segmentRows != rows) {
            segment = MemorySegment.ofArray(values).asSlice(0, (long) rows * width * Float.BYTES);
            segmentRows = rows;
        }
        return segment;
    }
}
