package dev.trilobit.api.quant;

import java.lang.foreign.MemorySegment;

/** Rounds to nearest, ties to even. */
final class DenseRule implements RowRule {
    private final Weight out;
    private final FloatType type;

    /** What is no larger stays finite. */
    private final float largest;

    /** Fills {@code out}, dense of {@code type}. */
    DenseRule(Weight out, FloatType type) {
        this.out = out;
        this.type = type;
        this.largest =
                switch (type) {
                    case F32 -> Float.MAX_VALUE;
                    case F16 -> 0x1.ffcp15f;
                    case BF16 -> 0x1.fep127f;
                };
    }

    @Override
    public void quantize(int row, float[] values) {
        MemorySegment plane = out.codes();
        long first = (long) row * values.length;
        for (int c = 0; c < values.length; c++) {
            type.set(plane, first + c, values[c]);
            if (Math.abs(values[c]) > largest && !Float.isFinite(type.get(plane, first + c))) {
                throw GroupPlane.outOfRange(
                        out, "value of row %d, column %d".formatted(row, c), values[c]);
            }
        }
    }
}
