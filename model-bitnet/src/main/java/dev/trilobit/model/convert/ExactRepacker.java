package dev.trilobit.model.convert;

import dev.trilobit.api.quant.Affine;
import dev.trilobit.api.quant.Binary;
import dev.trilobit.api.quant.BlockType;
import dev.trilobit.api.quant.Blocks;
import dev.trilobit.api.quant.CodePlane;
import dev.trilobit.api.quant.Dense;
import dev.trilobit.api.quant.FloatType;
import dev.trilobit.api.quant.MatrixShape;
import dev.trilobit.api.quant.Plane;
import dev.trilobit.api.quant.RowDecoder;
import dev.trilobit.api.quant.ScaleGranularity;
import dev.trilobit.api.quant.Ternary;
import dev.trilobit.api.quant.TernaryPacking;
import dev.trilobit.api.quant.Weight;
import dev.trilobit.api.quant.WeightFormat;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;

/**
 * Stores the numbers of a weight in another format, all of them exactly or not at all. Rows are
 * done by all processors; the result does not depend on how many there are.
 */
final class ExactRepacker {
    private final Weight source;
    private final RowDecoder reader;
    private final MatrixShape shape;
    private final WeightFormat target;
    private final List<MemorySegment> planes;
    private final Weight written;

    private ExactRepacker(Weight source, WeightFormat target, Arena arena) {
        this.source = source;
        this.reader = new RowDecoder(source);
        this.shape = source.shape();
        this.target = target;
        this.planes = new ArrayList<>();
        for (Plane plane : target.planes(shape)) {
            planes.add(arena.allocate(plane.byteSize(), Long.BYTES));
        }
        this.written = new Weight(source.name(), shape, target, planes);
    }

    /**
     * Returns the weight in {@code target}; itself if it has that format.
     *
     * @param arena owns the new planes; shared or automatic
     * @throws ConversionRefusedException if a number does not fit
     * @throws IllegalArgumentException if the shape does not fit the format
     */
    static Weight repack(Weight source, WeightFormat target, Arena arena) {
        if (source.format().equals(target)) {
            return source;
        }
        var repacker = new ExactRepacker(source, target, arena);
        Optional<String> problem =
                IntStream.range(0, repacker.units())
                        .parallel()
                        .mapToObj(repacker.sink()::write)
                        .flatMap(Optional::stream)
                        .findFirst();
        if (problem.isPresent()) {
            throw new ConversionRefusedException(
                    "tensor %s: %s cannot hold it as it is: %s"
                            .formatted(source.name(), target.label(), problem.get()));
        }
        return repacker.written;
    }

    /** Writes what lies together in the target; returns what does not fit. */
    private interface Sink {
        Optional<String> write(int unit);
    }

    private int units() {
        return CodePlane.sharesBytes(target) ? shape.rows() / 4 : shape.rows();
    }

    private Sink sink() {
        return switch (target) {
            case Dense(FloatType type) -> row -> dense(row, type);
            case Ternary(TernaryPacking _, ScaleGranularity.PerTensor()) -> {
                double scale = tensorScale();
                FloatType.F32.set(planes.get(1), 0, (float) scale);
                var codes = new CodePlane(written);
                yield CodePlane.sharesBytes(target)
                        ? unit -> quarters(unit, scale, codes)
                        : row -> ternary(row, scale, codes);
            }
            case Ternary(
                            TernaryPacking packing,
                            ScaleGranularity.PerGroup(int size, FloatType _)) ->
                    switch (packing) {
                        case CONSECUTIVE -> grouped(size);
                        case ROW_QUARTERS ->
                                throw new IllegalArgumentException(
                                        "rows packed in quarters have one scale a tensor");
                    };
            case Binary(int size, Binary.Mode _, FloatType _) -> grouped(size);
            case Affine(int _, int size, FloatType _) -> grouped(size);
            case Blocks(BlockType type) -> row -> blocks(row, type);
        };
    }

    /** One scale for everything: the source's own, or the first magnitude that is not zero. */
    private double tensorScale() {
        if (source.format() instanceof Ternary(TernaryPacking _, ScaleGranularity.PerTensor())) {
            return Math.abs(reader.step(0, 0));
        }
        double[] values = new double[shape.cols()];
        for (int row = 0; row < shape.rows(); row++) {
            reader.copyRow(row, values);
            for (double value : values) {
                if (value != 0) {
                    return Math.abs(value);
                }
            }
        }
        return 0;
    }

    private Optional<String> dense(int row, FloatType type) {
        double[] values = read(row);
        long first = (long) row * shape.cols();
        for (int c = 0; c < values.length; c++) {
            type.set(planes.get(0), first + c, (float) values[c]);
            float stored = type.get(planes.get(0), first + c);
            if (stored != values[c]) {
                return Optional.of(
                        "(%d, %d) is %s, the nearest %s is %s"
                                .formatted(row, c, values[c], type.suffix(), stored));
            }
        }
        return Optional.empty();
    }

    private double[] read(int row) {
        double[] values = new double[shape.cols()];
        reader.copyRow(row, values);
        return values;
    }

    private Optional<String> ternary(int row, double scale, CodePlane plane) {
        byte[] codes = new byte[shape.cols()];
        var fitter = new GroupFitter(CodeGrid.of(target), codes);
        if (!fitter.fitScale(read(row), 0, codes.length, scale)) {
            return Optional.of(
                    "row %d, with the scale %s: %s".formatted(row, scale, fitter.problem()));
        }
        plane.set(row, codes);
        return Optional.empty();
    }

    /** The four rows of one unit share their bytes. */
    private Optional<String> quarters(int unit, double scale, CodePlane plane) {
        return IntStream.range(0, 4)
                .mapToObj(k -> ternary(unit + k * units(), scale, plane))
                .flatMap(Optional::stream)
                .findFirst();
    }

    private Sink grouped(int size) {
        var plane = new CodePlane(written);
        return row -> grouped(row, size, plane);
    }

    private Optional<String> grouped(int row, int size, CodePlane plane) {
        double[] values = read(row);
        byte[] codes = new byte[values.length];
        CodeGrid grid = CodeGrid.of(target);
        var fitter = new GroupFitter(grid, codes);
        int groups = WeightFormat.groups(values.length, size);
        for (int g = 0; g < groups; g++) {
            int from = g * size;
            int to = Math.min(from + size, values.length);
            if (!fit(fitter, row, values, from, to)) {
                return Optional.of(refusal(row, from, to, fitter));
            }
            long index = (long) row * groups + g;
            grid.scaleType().set(planes.get(1), index, fitter.scale());
            if (planes.size() == 3) {
                grid.scaleType().set(planes.get(2), index, fitter.bias());
            }
        }
        plane.set(row, codes);
        return Optional.empty();
    }

    private static String refusal(int row, int from, int to, GroupFitter fitter) {
        return "row %d, columns %d to %d: %s".formatted(row, from, to - 1, fitter.problem());
    }

    private boolean fit(GroupFitter fitter, int row, double[] values, int from, int to) {
        if (!reader.hasCodes()) {
            return fitter.fit(values, from, to, Double.NaN, Double.NaN);
        }
        int first = from / reader.groupColumns();
        double step = reader.step(row, first);
        double offset = reader.offset(row, first);
        for (int g = first + 1; g <= (to - 1) / reader.groupColumns(); g++) {
            if (reader.step(row, g) != step || reader.offset(row, g) != offset) {
                return fitter.fit(values, from, to, Double.NaN, Double.NaN);
            }
        }
        return fitter.fit(values, from, to, step, offset);
    }

    private Optional<String> blocks(int row, BlockType type) {
        double[] values = read(row);
        var blocks = new BlockRow(source.name(), type, values.length);
        var fitter = new GroupFitter(CodeGrid.of(target), blocks.codes());
        for (int from = 0; from < values.length; from += type.blockWeights()) {
            int to = from + type.blockWeights();
            if (!fit(fitter, row, values, from, to)) {
                return Optional.of(refusal(row, from, to, fitter));
            }
            blocks.set(from, fitter);
        }
        MemorySegment bytes = blocks.bytes();
        MemorySegment.copy(bytes, 0, planes.get(0), row * bytes.byteSize(), bytes.byteSize());
        return Optional.empty();
    }
}
