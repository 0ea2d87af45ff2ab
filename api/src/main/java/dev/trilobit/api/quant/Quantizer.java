package dev.trilobit.api.quant;

import java.lang.foreign.Arena;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Turns matrices of floats into any {@link WeightFormat}, and back. Each format has one rule:
 *
 * <ul>
 *   <li>{@link Ternary}: {@link TernaryRule}, BitNet's by default.
 *   <li>{@link Binary} symmetric: {@code scale = mean|w|} and the sign, as ggml's Q1_0.
 *   <li>{@link Binary} affine and {@link Affine}: MLX's {@code quantize}, bit for bit.
 *   <li>{@link Blocks}: ggml's reference quantizers, bit for bit where those fuse no operations.
 *   <li>{@link Dense}: rounding to nearest, ties to even.
 * </ul>
 *
 * <p>Rows are read, quantized and written one by one, by all processors if the memory may be used
 * by several threads; no matrix is copied to the heap. The same numbers give the same bytes on any
 * machine.
 */
public final class Quantizer {
    /** Elements between two reports of progress. */
    private static final int CHUNK = 1 << 21;

    private final RowDecoder source;
    private final Weight from;
    private final QuantizeOptions options;
    private final boolean parallel;

    private Quantizer(Weight from, QuantizeOptions options, boolean parallel) {
        this.source = new RowDecoder(from);
        this.from = from;
        this.options = options;
        this.parallel = parallel;
    }

    /** As {@link #quantize(Weight, WeightFormat, QuantizeOptions, Arena)}, by default options. */
    public static Weight quantize(Weight source, WeightFormat to, Arena arena) {
        return quantize(source, to, QuantizeOptions.DEFAULT, arena);
    }

    /**
     * Quantizes a matrix.
     *
     * @param source dense, or of another format, which is then decoded to f32 first
     * @param to format of the result
     * @param arena owns the planes of the result, which has the name of {@code source}; if it is
     *     confined, one thread does all
     * @throws IllegalArgumentException if {@code to} cannot hold the shape
     * @throws UnusableWeightException if a number of {@code source} is not finite, or one of the
     *     result would not be, naming tensor and place
     */
    public static Weight quantize(
            Weight source, WeightFormat to, QuantizeOptions options, Arena arena) {
        Weight out = new WeightWriter(source.name(), source.shape(), to, arena).weight();
        Thread other = Thread.ofVirtual().unstarted(() -> {});
        boolean parallel =
                List.of(source, out).stream()
                        .flatMap(weight -> weight.planes().stream())
                        .allMatch(plane -> plane.isAccessibleBy(other));
        new Quantizer(source, options, parallel).fill(out);
        return out;
    }

    /**
     * Decodes a matrix to floats, each weight rounded once to f32 and once to {@code to}.
     *
     * @param arena as for {@link #quantize(Weight, WeightFormat, Arena)}
     * @throws UnusableWeightException if a number is not finite, naming tensor and place
     */
    public static Weight dequantize(Weight weight, FloatType to, Arena arena) {
        return quantize(weight, new Dense(to), arena);
    }

    private void fill(Weight out) {
        RowRule rule =
                switch (out.format()) {
                    case Dense(FloatType type) -> new DenseRule(out, type);
                    case Ternary(var _, ScaleGranularity.PerTensor()) ->
                            new TernaryTensorRule(out, tensorScale());
                    case Ternary(var _, ScaleGranularity.PerGroup(int size, FloatType type)) ->
                            new TernaryGroupRule(out, options.ternaryRule(), size, type);
                    case Binary(int size, Binary.Mode mode, FloatType type) ->
                            switch (mode) {
                                case SYMMETRIC -> new SignRule(out, size, type);
                                case AFFINE -> new MlxAffineRule(out, 1, size, type);
                            };
                    case Affine(int bits, int size, FloatType type) ->
                            new MlxAffineRule(out, bits, size, type);
                    case Blocks(BlockType type) -> new BlockRule(out, type);
                };
        // Rows that share bytes are written by one thread.
        int rows = from.shape().rows();
        int units = CodePlane.sharesBytes(out.format()) ? rows / 4 : rows;
        int chunk = Math.max(1, CHUNK / from.shape().cols() / (rows / units));
        for (int first = 0; first < units; first += chunk) {
            int end = Math.min(first + chunk, units);
            each(first, end)
                    .forEach(
                            unit -> {
                                for (int row = unit; row < rows; row += units) {
                                    rule.quantize(row, row(row));
                                }
                            });
            options.progress().report((int) ((long) end * rows / units), rows);
        }
    }

    private IntStream each(int first, int end) {
        IntStream units = IntStream.range(first, end);
        return parallel ? units.parallel() : units;
    }

    /** Sums by row, then in the order of rows: the same on any number of processors. */
    private TernaryScale tensorScale() {
        int rows = from.shape().rows();
        double[] sums = new double[rows];
        float[] peaks = new float[rows];
        each(0, rows)
                .forEach(
                        row -> {
                            for (float value : row(row)) {
                                sums[row] += Math.abs(value);
                                peaks[row] = Math.max(peaks[row], Math.abs(value));
                            }
                        });
        double sum = 0;
        float largest = 0;
        for (int row = 0; row < rows; row++) {
            sum += sums[row];
            largest = Math.max(largest, peaks[row]);
        }
        return TernaryScale.of(options.ternaryRule(), sum, largest, from.shape().elements());
    }

    private float[] row(int row) {
        float[] values = new float[from.shape().cols()];
        source.copyRow(row, values, 0);
        for (int c = 0; c < values.length; c++) {
            if (!Float.isFinite(values[c])) {
                throw new UnusableWeightException(
                        "%s: expected finite numbers, got %s at row %d, column %d"
                                .formatted(from.name(), values[c], row, c));
            }
        }
        return values;
    }
}
