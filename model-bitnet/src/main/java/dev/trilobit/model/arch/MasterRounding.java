package dev.trilobit.model.arch;

import dev.trilobit.api.quant.FloatType;
import dev.trilobit.api.quant.MatrixShape;
import dev.trilobit.api.quant.Plane;
import dev.trilobit.api.quant.ScaleGranularity;
import dev.trilobit.api.quant.Ternary;
import dev.trilobit.api.quant.TernaryPacking;
import dev.trilobit.model.file.ModelFormatException;
import dev.trilobit.model.file.StoredTensor;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Rounds the float masters of a BitNet layer to ternary: {@code s = 1 / max(mean|W|, 1e-5)}, {@code
 * t = clamp(round(W * s), -1, 1)} with ties to even, {@code w = t / s}. Source: transformers {@code
 * integrations/bitnet.py}, {@code WeightQuant}. The mean is taken in double; transformers' is a
 * float sum, whose last bit depends on the machine.
 */
final class MasterRounding {
    static final Ternary FORMAT =
            new Ternary(TernaryPacking.CONSECUTIVE, new ScaleGranularity.PerTensor());
    private static final float SMALLEST_MEAN = 1e-5f;

    private final StoredTensor tensor;
    private final FloatType type;
    private final MatrixShape shape;

    /**
     * Prepares to round.
     *
     * @param tensor [rows, cols] of a float type
     */
    MasterRounding(StoredTensor tensor, MatrixShape shape) {
        this.tensor = tensor;
        this.type = tensor.type().floatType().orElseThrow();
        this.shape = shape;
    }

    /**
     * Returns the planes of {@link #FORMAT}; rows are rounded by all processors.
     *
     * @throws ModelFormatException if a master is not a finite number
     */
    List<MemorySegment> round(Arena arena) {
        float scale = 1 / Math.max((float) mean(), SMALLEST_MEAN);
        List<Plane> planes = FORMAT.planes(shape);
        MemorySegment codes = arena.allocate(planes.get(0).byteSize(), Long.BYTES);
        MemorySegment scales = arena.allocate(planes.get(1).byteSize(), Long.BYTES);
        FloatType.F32.set(scales, 0, 1 / scale);
        IntStream.range(0, shape.rows())
                .parallel()
                .forEach(row -> pack(row(row), scale, codes, row * (long) rowBytes()));
        return List.of(codes, scales);
    }

    /** Sums by row, then in the order of rows: the same on any number of processors. */
    private double mean() {
        double[] rows =
                IntStream.range(0, shape.rows())
                        .parallel()
                        .mapToDouble(row -> sumOfMagnitudes(row(row)))
                        .toArray();
        double sum = 0;
        for (double row : rows) {
            sum += row;
        }
        if (!Double.isFinite(sum)) {
            throw new ModelFormatException(
                    tensor.file(),
                    "tensor %s at byte %d: expected finite numbers, got a sum of magnitudes of %s"
                            .formatted(tensor.name(), tensor.byteOffset(), sum));
        }
        return sum / shape.elements();
    }

    private static double sumOfMagnitudes(float[] values) {
        double sum = 0;
        for (float value : values) {
            sum += Math.abs(value);
        }
        return sum;
    }

    private float[] row(int row) {
        var values = new float[shape.cols()];
        long first = (long) row * shape.cols();
        for (int c = 0; c < values.length; c++) {
            values[c] = type.get(tensor.bytes(), first + c);
        }
        return values;
    }

    private static void pack(float[] values, float scale, MemorySegment codes, long offset) {
        for (int c = 0; c < values.length; c += 4) {
            int packed = 0;
            for (int i = c; i < Math.min(c + 4, values.length); i++) {
                packed |= code(values[i] * scale) << (2 * (i - c));
            }
            codes.set(ValueLayout.JAVA_BYTE, offset + c / 4, (byte) packed);
        }
    }

    /** Rounds to -1, 0 or +1 and adds 1. A tie at one half goes to the even 0. */
    private static int code(float scaled) {
        return (scaled > 0.5f ? 1 : 0) - (scaled < -0.5f ? 1 : 0) + 1;
    }

    private int rowBytes() {
        return Math.ceilDiv(shape.cols(), 4);
    }
}
