package dev.trilobit.api.quant;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Plane sizes against numbers worked out by hand. */
class PlaneSizeTest {
    private static final ScaleGranularity TENSOR = new ScaleGranularity.PerTensor();

    static Stream<Arguments> sizes() {
        return Stream.of(
                of(new Dense(FloatType.F32), 3, 5, 60),
                of(new Dense(FloatType.F16), 3, 5, 30),
                of(new Dense(FloatType.BF16), 1, 1, 2),
                // 5 columns of 2 bits take 2 bytes a row.
                of(ternary(TernaryPacking.CONSECUTIVE, TENSOR), 3, 5, 6, 4),
                of(ternary(TernaryPacking.CONSECUTIVE, TENSOR), 1, 1, 1, 4),
                of(ternary(TernaryPacking.CONSECUTIVE, TENSOR), 7, 128, 224, 4),
                // Two rows of bytes hold eight rows of weights.
                of(ternary(TernaryPacking.ROW_QUARTERS, TENSOR), 8, 5, 10, 4),
                // Two whole groups of 32 and a tail of one are three scales a row.
                of(ternary(TernaryPacking.CONSECUTIVE, group(32, FloatType.F16)), 3, 65, 51, 18),
                of(ternary(TernaryPacking.ROW_QUARTERS, group(3, FloatType.F32)), 4, 7, 7, 48),
                of(binary(128, Binary.Mode.SYMMETRIC, FloatType.F16), 2, 129, 34, 8),
                of(binary(128, Binary.Mode.AFFINE, FloatType.F16), 2, 129, 34, 8, 8),
                of(binary(64, Binary.Mode.AFFINE, FloatType.F32), 5, 7, 5, 20, 20),
                of(new Affine(2, 32, FloatType.F16), 3, 33, 27, 12, 12),
                // 5 x 3 bits take 2 bytes, 5 x 5 bits 4 bytes, 5 x 6 bits 4 bytes.
                of(new Affine(3, 64, FloatType.BF16), 3, 5, 6, 6, 6),
                of(new Affine(4, 64, FloatType.F16), 3, 5, 9, 6, 6),
                of(new Affine(5, 64, FloatType.F32), 3, 5, 12, 12, 12),
                of(new Affine(6, 2, FloatType.F16), 3, 5, 12, 18, 18),
                of(new Affine(8, 128, FloatType.F16), 3, 129, 387, 12, 12));
    }

    private static Arguments of(WeightFormat format, int rows, int cols, long... bytes) {
        return Arguments.of(format, new MatrixShape(rows, cols), bytes);
    }

    private static Ternary ternary(TernaryPacking packing, ScaleGranularity scales) {
        return new Ternary(packing, scales);
    }

    private static ScaleGranularity group(int size, FloatType type) {
        return new ScaleGranularity.PerGroup(size, type);
    }

    private static Binary binary(int size, Binary.Mode mode, FloatType type) {
        return new Binary(size, mode, type);
    }

    @ParameterizedTest
    @MethodSource("sizes")
    void planesHaveTheSizesOfTheJavadoc(WeightFormat format, MatrixShape shape, long[] bytes) {
        List<Plane> planes = format.planes(shape);

        assertEquals(
                List.of(names(format)).subList(0, bytes.length),
                planes.stream().map(Plane::name).toList());
        long sum = 0;
        for (int i = 0; i < bytes.length; i++) {
            assertEquals(bytes[i], planes.get(i).byteSize(), planes.get(i).name());
            sum += bytes[i];
        }
        assertEquals(sum, format.byteSize(shape));
    }

    private static String[] names(WeightFormat format) {
        return format instanceof Dense
                ? new String[] {"values"}
                : new String[] {"codes", "scales", "biases"};
    }

    @Test
    void aMatrixOverTwoGibibytesHasLongSizes() {
        var shape = new MatrixShape(200_000, 50_000);

        assertEquals(20_000_000_000L, new Dense(FloatType.BF16).byteSize(shape));
        assertEquals(2_500_000_004L, ternary(TernaryPacking.CONSECUTIVE, TENSOR).byteSize(shape));
        assertEquals(2_500_000_004L, ternary(TernaryPacking.ROW_QUARTERS, TENSOR).byteSize(shape));
        assertEquals(
                1_250_000_000L + 2 * 156_400_000L,
                binary(128, Binary.Mode.AFFINE, FloatType.F16).byteSize(shape));
    }

    @Test
    void aPlaneOverTheRangeOfLongIsRefused() {
        var shape = new MatrixShape(Integer.MAX_VALUE, Integer.MAX_VALUE);

        var thrown =
                assertThrows(
                        IllegalArgumentException.class,
                        () -> new Dense(FloatType.F32).planes(shape));

        assertEquals(
                "plane values of -17179869180 bytes: too large or not positive",
                thrown.getMessage());
    }

    @Test
    void labelsAreShortNames() {
        assertEquals("bf16", new Dense(FloatType.BF16).label());
        assertEquals("ternary", ternary(TernaryPacking.ROW_QUARTERS, TENSOR).label());
        assertEquals(
                "ternary-g128",
                ternary(TernaryPacking.CONSECUTIVE, group(128, FloatType.F16)).label());
        assertEquals("binary-g128", binary(128, Binary.Mode.SYMMETRIC, FloatType.F16).label());
        assertEquals("binary-affine-g64", binary(64, Binary.Mode.AFFINE, FloatType.F16).label());
        assertEquals("affine4-g32", new Affine(4, 32, FloatType.F16).label());
    }
}
