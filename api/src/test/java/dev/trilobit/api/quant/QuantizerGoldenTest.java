package dev.trilobit.api.quant;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Quantizers against what MLX and ggml make of the same weights: every byte. */
class QuantizerGoldenTest {
    /** Rows of zeros, of one sign, constant, large, tiny, ternary already, with many ties. */
    private static final MatrixShape SHAPE = new MatrixShape(14, 512);

    private static Weight weights() {
        return Goldens.weight(SHAPE, new Dense(FloatType.F32), Goldens.bytes("quantize/w.f32"));
    }

    static List<MlxGoldens.Case> mlx() {
        return MlxGoldens.committed();
    }

    @ParameterizedTest
    @MethodSource("mlx")
    void affineWeightsAreThoseOfMlx(MlxGoldens.Case golden) {
        assertPackedAsMlx(golden);
    }

    @Test
    void allRecordedAffineWeightsAreThoseOfMlx() {
        String shared = System.getProperty("trilobit.shared", "");
        assumeTrue(!shared.isEmpty(), "property trilobit.shared is not set");
        List<MlxGoldens.Case> cases = MlxGoldens.folder(Path.of(shared, "data/goldens/mlx"));
        assertEquals(63, cases.size());
        cases.forEach(QuantizerGoldenTest::assertPackedAsMlx);
    }

    private static void assertPackedAsMlx(MlxGoldens.Case golden) {
        try (Arena arena = Arena.ofShared()) {
            Weight weight = Quantizer.quantize(golden.source(), golden.weight().format(), arena);
            for (int i = 0; i < weight.planes().size(); i++) {
                assertArrayEquals(
                        golden.weight().planes().get(i).toArray(ValueLayout.JAVA_BYTE),
                        weight.planes().get(i).toArray(ValueLayout.JAVA_BYTE),
                        golden + ", plane " + i);
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void blocksAreThoseOfGgml(BlockType type) {
        try (Arena arena = Arena.ofShared()) {
            Weight weight = Quantizer.quantize(weights(), new Blocks(type), arena);
            assertArrayEquals(
                    Goldens.bytes("quantize/" + weight.format().label() + ".bytes"),
                    weight.codes().toArray(ValueLayout.JAVA_BYTE));
        }
    }

    /** Files of ggml hold scale and codes of a group side by side. */
    @ParameterizedTest
    @CsvSource({"q1_0, 128, 16", "q2_0, 64, 16"})
    void groupsWithTheirScalesAreThoseOfGgml(String name, int size, int codeBytes) {
        WeightFormat format =
                name.equals("q1_0")
                        ? new Binary(size, Binary.Mode.SYMMETRIC, FloatType.F16)
                        : new Ternary(
                                TernaryPacking.CONSECUTIVE,
                                new ScaleGranularity.PerGroup(size, FloatType.F16));
        var options = QuantizeOptions.DEFAULT.withTernaryRule(TernaryRule.ABSMAX);
        MemorySegment file = MemorySegment.ofArray(Goldens.bytes("quantize/" + name + ".bytes"));
        try (Arena arena = Arena.ofShared()) {
            Weight weight = Quantizer.quantize(weights(), format, options, arena);
            for (int g = 0; g < SHAPE.elements() / size; g++) {
                long at = (long) g * (2 + codeBytes);
                int group = g;
                assertEquals(
                        -1,
                        weight.scales().asSlice(2L * g, 2).mismatch(file.asSlice(at, 2)),
                        () -> "scale of group " + group);
                assertEquals(
                        -1,
                        weight.codes()
                                .asSlice((long) g * codeBytes, codeBytes)
                                .mismatch(file.asSlice(at + 2, codeBytes)),
                        () -> "codes of group " + group);
            }
        }
    }

    /** A byte of TQ2_0 holds weights 32 apart, and the scale follows the codes. */
    @Test
    void ternaryGroupsOf256AreThoseOfGgml() {
        var format =
                new Ternary(
                        TernaryPacking.CONSECUTIVE,
                        new ScaleGranularity.PerGroup(256, FloatType.F16));
        var options = QuantizeOptions.DEFAULT.withTernaryRule(TernaryRule.ABSMAX);
        byte[] file = Goldens.bytes("quantize/tq2_0.bytes");
        try (Arena arena = Arena.ofShared()) {
            Weight weight = Quantizer.quantize(weights(), format, options, arena);
            for (int row = 0; row < SHAPE.rows(); row++) {
                for (int col = 0; col < SHAPE.cols(); col++) {
                    int block = (row * SHAPE.cols() + col) / 256;
                    int i = col % 256;
                    int packed = file[block * 66 + i / 128 * 32 + i % 32];
                    assertEquals(
                            packed >> (i % 128 / 32 * 2) & 3,
                            ReferenceCodec.code(weight, row, col));
                    MemorySegment d = MemorySegment.ofArray(file).asSlice(block * 66L + 64, 2);
                    assertEquals(
                            FloatType.F16.get(d, 0), FloatType.F16.get(weight.scales(), block));
                }
            }
        }
    }
}
