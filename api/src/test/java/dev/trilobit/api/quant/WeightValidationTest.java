package dev.trilobit.api.quant;

import static dev.trilobit.api.quant.PackedBytes.plane;
import static dev.trilobit.api.quant.PackedBytes.weight;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Every refusal of package {@code quant}, and what it says. */
class WeightValidationTest {
    private static final WeightFormat TERNARY =
            new Ternary(TernaryPacking.CONSECUTIVE, new ScaleGranularity.PerTensor());
    private static final WeightFormat DENSE = new Dense(FloatType.F32);

    private static void assertRefused(String message, Executable call) {
        assertEquals(message, assertThrows(IllegalArgumentException.class, call).getMessage());
    }

    @ParameterizedTest
    @CsvSource({"0, 1", "1, 0", "-1, 1", "1, -1"})
    void extentsArePositive(int rows, int cols) {
        assertRefused(
                "matrix [%d, %d]: extents must be positive".formatted(rows, cols),
                () -> new MatrixShape(rows, cols));
    }

    @ParameterizedTest
    @ValueSource(ints = {0, -32})
    void groupsArePositive(int size) {
        String message = "group of %d weights: must be positive".formatted(size);
        assertRefused(message, () -> new ScaleGranularity.PerGroup(size, FloatType.F16));
        assertRefused(message, () -> new Binary(size, Binary.Mode.AFFINE, FloatType.F16));
        assertRefused(message, () -> new Affine(4, size, FloatType.F16));
    }

    @ParameterizedTest
    @ValueSource(ints = {-1, 0, 1, 7, 9, 16})
    void affineWidthsAreThoseOfMlx(int bits) {
        assertRefused(
                "affine quantization of %d bits: must be 2, 3, 4, 5, 6 or 8".formatted(bits),
                () -> new Affine(bits, 64, FloatType.F16));
    }

    @Test
    void rowQuartersNeedRowsInFours() {
        var format = new Ternary(TernaryPacking.ROW_QUARTERS, new ScaleGranularity.PerTensor());
        assertRefused(
                "matrix [6, 2]: rows packed in quarters must be a multiple of 4",
                () -> format.planes(new MatrixShape(6, 2)));
    }

    @ParameterizedTest
    @ValueSource(longs = {0, -1})
    void planesArePositive(long bytes) {
        assertRefused(
                "plane codes of %d bytes: too large or not positive".formatted(bytes),
                () -> new Plane("codes", bytes));
    }

    @Test
    void aWeightHasAllItsPlanes() {
        assertRefused(
                "w: ternary [1, 4] has planes [Plane[name=codes, byteSize=1],"
                        + " Plane[name=scales, byteSize=4]], got 1 segments",
                () -> weight(TERNARY, 1, 4, "00"));
    }

    @Test
    void aPlaneHasExactlyItsSize() {
        assertRefused(
                "w: codes of ternary [1, 4] must have 1 bytes, got 2",
                () -> weight(TERNARY, 1, 4, "0000", "00000000"));
        assertRefused(
                "w: scales of ternary [1, 4] must have 4 bytes, got 2",
                () -> weight(TERNARY, 1, 4, "00", "0000"));
    }

    @Test
    void planesThatAFormatLacksAreOutOfBounds() {
        Weight dense = weight(DENSE, 1, 1, "00000000");
        Weight ternary = weight(TERNARY, 1, 4, "00", "00000000");

        assertThrows(IndexOutOfBoundsException.class, dense::scales);
        assertThrows(IndexOutOfBoundsException.class, ternary::biases);
        assertEquals(5, ternary.byteSize());
    }

    @Test
    void aWeightKeepsItsOwnListOfPlanes() {
        var planes = new ArrayList<MemorySegment>(List.of(plane("00000000")));
        var dense = new Weight("w", MatrixShape.vector(1), DENSE, planes);

        planes.clear();

        assertEquals(4, dense.codes().byteSize());
    }

    @Test
    void denseWeightsHaveNoCodes() {
        Weight dense = weight(DENSE, 1, 1, "00000000");
        assertRefused("w: f32 has no codes", () -> ReferenceCodec.code(dense, 0, 0));
    }

    @ParameterizedTest
    @CsvSource({"-1, 0", "2, 0", "0, -1", "0, 4"})
    void elementsOutsideTheMatrixAreOutOfBounds(int row, int col) {
        Weight ternary = weight(TERNARY, 2, 4, "0000", "00000000");
        Weight dense = weight(new Dense(FloatType.F16), 2, 4, "00".repeat(16));
        Weight affine =
                weight(
                        new Affine(4, 2, FloatType.F16),
                        2,
                        4,
                        "00000000",
                        "00".repeat(8),
                        "00".repeat(8));
        for (Weight weight : List.of(ternary, dense, affine)) {
            assertThrows(
                    IndexOutOfBoundsException.class, () -> ReferenceCodec.decode(weight, row, col));
        }
        assertThrows(IndexOutOfBoundsException.class, () -> ReferenceCodec.code(ternary, row, col));
    }

    @ParameterizedTest
    @CsvSource({"2, 4, 4, 3", "1, 1, 2, 1", "8, 255, 256, 255", "3, 7, -1, 7"})
    void codesThatDoNotFitAreRefused(int bits, int good, int bad, int largest) {
        var format =
                bits == 1
                        ? new Binary(32, Binary.Mode.SYMMETRIC, FloatType.F16)
                        : new Affine(bits, 32, FloatType.F16);
        try (Arena arena = Arena.ofConfined()) {
            var writer = new WeightWriter("w", new MatrixShape(2, 3), format, arena);
            assertRefused(
                    "w: code at (1, 2) of %s must be in 0..%d, got %d"
                            .formatted(format.label(), largest, bad),
                    () -> writer.setCode(1, 2, bad));
            writer.setCode(1, 2, Math.min(good, largest));
        }
    }

    @Test
    void ternaryCodeThreeIsRefused() {
        try (Arena arena = Arena.ofConfined()) {
            var writer = new WeightWriter("w", new MatrixShape(1, 1), TERNARY, arena);
            assertRefused(
                    "w: code at (0, 0) of ternary must be in 0..2, got 3",
                    () -> writer.setCode(0, 0, 3));
        }
    }

    @Test
    void aWriterRefusesWhatItsFormatDoesNotHave() {
        try (Arena arena = Arena.ofConfined()) {
            var dense = new WeightWriter("d", new MatrixShape(1, 1), DENSE, arena);
            var ternary = new WeightWriter("t", new MatrixShape(1, 1), TERNARY, arena);
            var format = new Binary(32, Binary.Mode.SYMMETRIC, FloatType.F16);
            var binary = new WeightWriter("b", new MatrixShape(1, 1), format, arena);

            assertRefused("d: f32 has no codes", () -> dense.setCode(0, 0, 0));
            assertRefused("d: f32 has no scales", () -> dense.setScale(0, 0, 1));
            assertRefused("d: f32 has no biases", () -> dense.setBias(0, 0, 1));
            assertRefused("t: ternary has no values", () -> ternary.setValue(0, 0, 1));
            assertRefused("t: ternary has no biases", () -> ternary.setBias(0, 0, 1));
            assertRefused("b: binary-g32 has no biases", () -> binary.setBias(0, 0, 1));
        }
    }

    @Test
    void aWriterChecksRowsColumnsAndGroups() {
        try (Arena arena = Arena.ofConfined()) {
            var shape = new MatrixShape(2, 33);
            var affine = new WeightWriter("w", shape, new Affine(4, 32, FloatType.F16), arena);
            var ternary = new WeightWriter("w", shape, TERNARY, arena);
            var dense = new WeightWriter("w", shape, DENSE, arena);

            List<Executable> calls =
                    List.of(
                            () -> affine.setCode(2, 0, 0),
                            () -> affine.setCode(0, 33, 0),
                            () -> affine.setScale(0, 2, 1),
                            () -> affine.setBias(2, 0, 1),
                            () -> ternary.setScale(1, 0, 1),
                            () -> ternary.setScale(0, 1, 1),
                            () -> dense.setValue(0, -1, 1));
            for (Executable call : calls) {
                assertThrows(IndexOutOfBoundsException.class, call);
            }
        }
    }
}
