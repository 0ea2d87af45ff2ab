package dev.trilobit.conformance.op;

import dev.trilobit.api.quant.Affine;
import dev.trilobit.api.quant.Binary;
import dev.trilobit.api.quant.BlockType;
import dev.trilobit.api.quant.Blocks;
import dev.trilobit.api.quant.Dense;
import dev.trilobit.api.quant.FloatType;
import dev.trilobit.api.quant.MatrixShape;
import dev.trilobit.api.quant.ScaleGranularity;
import dev.trilobit.api.quant.Ternary;
import dev.trilobit.api.quant.TernaryPacking;
import dev.trilobit.api.quant.WeightFormat;
import dev.trilobit.conformance.fixture.Formats;
import java.util.List;
import java.util.stream.Stream;

/** The sizes that ops are tried at: round the blocks, primes, and widths of real models. */
final class TriedShapes {
    /** Widths of vectors. */
    static final List<Integer> WIDTHS =
            List.of(
                    1, 2, 3, 7, 15, 16, 17, 31, 33, 63, 64, 65, 127, 128, 129, 257, 640, 2560,
                    6912);

    /** What is taken for a group where there are none: the weights of a few vectors. */
    private static final int NO_GROUP = 64;

    private static final int MOST_ELEMENTS = 1 << 16;

    /** Columns that kernels take at once. */
    private static final List<Integer> BLOCKS = List.of(128, 256, 512);

    private TriedShapes() {}

    /** Returns matrices that a format can hold: few rows where there are many columns. */
    static List<MatrixShape> of(WeightFormat format) {
        int b = groupSize(format);
        Stream<MatrixShape> shapes =
                Stream.of(
                        new MatrixShape(1, 1),
                        new MatrixShape(5, 2),
                        new MatrixShape(9, 17),
                        new MatrixShape(3, b - 1),
                        new MatrixShape(4, b),
                        new MatrixShape(5, b + 1),
                        new MatrixShape(7, 2 * b - 1),
                        new MatrixShape(8, 2 * b),
                        new MatrixShape(9, 2 * b + 1),
                        new MatrixShape(31, 97),
                        new MatrixShape(33, 257),
                        new MatrixShape(63, 5),
                        new MatrixShape(129, b + 3),
                        new MatrixShape(640, 33),
                        new MatrixShape(6912, 3),
                        new MatrixShape(9, 640),
                        new MatrixShape(8, 2560),
                        new MatrixShape(7, 6912));
        return Stream.concat(shapes, roundBlocks(format))
                .map(shape -> fitting(format, shape))
                .distinct()
                .toList();
    }

    /** Kernels choose blocks of their own where a format has no groups; also a prime of columns. */
    private static Stream<MatrixShape> roundBlocks(WeightFormat format) {
        return format instanceof Ternary(TernaryPacking _, ScaleGranularity.PerTensor())
                ? Stream.concat(
                        BLOCKS.stream()
                                .flatMap(
                                        b ->
                                                Stream.of(
                                                        new MatrixShape(3, b - 1),
                                                        new MatrixShape(4, b),
                                                        new MatrixShape(5, b + 1))),
                        Stream.of(new MatrixShape(5, 1021)))
                : Stream.empty();
    }

    private static int groupSize(WeightFormat format) {
        return switch (format) {
            case Dense _ -> NO_GROUP;
            case Ternary(TernaryPacking _, ScaleGranularity.PerTensor()) -> NO_GROUP;
            case Ternary(TernaryPacking _, ScaleGranularity.PerGroup(int size, FloatType _)) ->
                    size;
            case Binary(int size, Binary.Mode _, FloatType _) -> size;
            case Affine(int _, int size, FloatType _) -> size;
            case Blocks(BlockType type) -> type.blockWeights();
        };
    }

    /** Whole blocks make narrow matrices wide: so few rows that the oracle is still quick. */
    private static MatrixShape fitting(WeightFormat format, MatrixShape shape) {
        if (format instanceof Blocks) {
            int cols = Formats.fit(format, shape.cols());
            return new MatrixShape(Math.min(shape.rows(), MOST_ELEMENTS / cols), cols);
        }
        return format instanceof Ternary(TernaryPacking packing, ScaleGranularity _)
                        && packing == TernaryPacking.ROW_QUARTERS
                ? new MatrixShape(Math.ceilDiv(shape.rows(), 4) * 4, shape.cols())
                : shape;
    }

    /** Returns the name of a format with what its label leaves out. */
    static String name(WeightFormat format) {
        return format instanceof Ternary(TernaryPacking packing, ScaleGranularity _)
                        && packing == TernaryPacking.ROW_QUARTERS
                ? format.label() + " in row quarters"
                : format.label();
    }
}
