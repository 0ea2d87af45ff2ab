package dev.trilobit.model.convert;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.trilobit.api.program.WeightRef;
import dev.trilobit.api.quant.Affine;
import dev.trilobit.api.quant.Binary;
import dev.trilobit.api.quant.BlockType;
import dev.trilobit.api.quant.Blocks;
import dev.trilobit.api.quant.Dense;
import dev.trilobit.api.quant.FloatType;
import dev.trilobit.api.quant.MatrixShape;
import dev.trilobit.api.quant.ReferenceCodec;
import dev.trilobit.api.quant.ScaleGranularity;
import dev.trilobit.api.quant.Ternary;
import dev.trilobit.api.quant.TernaryPacking;
import dev.trilobit.api.quant.Weight;
import dev.trilobit.api.quant.WeightFormat;
import dev.trilobit.api.quant.WeightWriter;
import dev.trilobit.model.file.GgmlType;
import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

class ExactRepackerTest {
    private static final WeightFormat PACKED =
            new Ternary(TernaryPacking.ROW_QUARTERS, new ScaleGranularity.PerTensor());
    private static final WeightFormat TENSOR =
            new Ternary(TernaryPacking.CONSECUTIVE, new ScaleGranularity.PerTensor());

    private final Arena arena = Arena.ofShared();

    @AfterEach
    void close() {
        arena.close();
    }

    private static WeightFormat ternary(int size) {
        return new Ternary(
                TernaryPacking.CONSECUTIVE, new ScaleGranularity.PerGroup(size, FloatType.F16));
    }

    private static WeightFormat mlx(int bits, int size) {
        return bits == 1
                ? new Binary(size, Binary.Mode.AFFINE, FloatType.F16)
                : new Affine(bits, size, FloatType.F16);
    }

    private static WeightFormat binary(int size) {
        return new Binary(size, Binary.Mode.SYMMETRIC, FloatType.F16);
    }

    /** Formats of which the second holds all numbers of the first, and the way back. */
    static Stream<Arguments> lossless() {
        return Stream.of(
                Arguments.of(PACKED, TENSOR),
                Arguments.of(PACKED, ternary(64)),
                Arguments.of(PACKED, ternary(256)),
                Arguments.of(PACKED, mlx(2, 64)),
                Arguments.of(PACKED, mlx(4, 32)),
                Arguments.of(PACKED, new Dense(FloatType.BF16)),
                Arguments.of(PACKED, new Blocks(BlockType.Q8_0)),
                Arguments.of(ternary(256), ternary(64)),
                Arguments.of(ternary(128), mlx(2, 128)),
                Arguments.of(ternary(128), mlx(2, 32)),
                Arguments.of(ternary(64), new Dense(FloatType.F16)),
                Arguments.of(mlx(1, 128), binary(128)),
                Arguments.of(mlx(1, 128), mlx(1, 64)),
                Arguments.of(binary(128), mlx(1, 128)),
                Arguments.of(binary(128), mlx(2, 64)),
                Arguments.of(binary(128), ternary(128)),
                Arguments.of(binary(128), new Dense(FloatType.F16)),
                Arguments.of(mlx(3, 128), mlx(8, 32)),
                Arguments.of(mlx(4, 64), new Dense(FloatType.F32)),
                Arguments.of(new Blocks(BlockType.Q8_0), mlx(8, 32)),
                Arguments.of(new Blocks(BlockType.Q4_0), mlx(4, 32)),
                Arguments.of(new Blocks(BlockType.Q5_0), mlx(5, 32)),
                Arguments.of(new Blocks(BlockType.Q4_1), mlx(4, 32)),
                Arguments.of(new Blocks(BlockType.Q4_K), new Affine(4, 32, FloatType.F32)),
                Arguments.of(new Blocks(BlockType.Q6_K), new Dense(FloatType.F32)));
    }

    @ParameterizedTest
    @MethodSource("lossless")
    void numbersAreTheSame(WeightFormat from, WeightFormat to) {
        Weight source = TinyWeights.matrix(from, 16, 512, arena);
        assertSameNumbers(source, ExactRepacker.repack(source, to, arena));
    }

    @ParameterizedTest
    @MethodSource("lossless")
    void wayBackGivesTheSameBytes(WeightFormat from, WeightFormat to) {
        boolean manyForms =
                from instanceof Blocks(BlockType type)
                        && type.groupWeights() != type.blockWeights();
        if (manyForms || (from instanceof Affine && to instanceof Dense)) {
            return; // the same products have several forms, or codes of zero may be missing
        }
        Weight source = TinyWeights.matrix(from, 16, 512, arena);
        Weight back = ExactRepacker.repack(ExactRepacker.repack(source, to, arena), from, arena);
        assertSameNumbers(source, back);
        for (int i = 0; i < source.planes().size(); i++) {
            assertEquals(-1, source.planes().get(i).mismatch(back.planes().get(i)), "plane " + i);
        }
    }

    private static void assertSameNumbers(Weight expected, Weight got) {
        for (int row = 0; row < expected.shape().rows(); row++) {
            assertArrayEquals(
                    ReferenceCodec.decodeRow(expected, row),
                    ReferenceCodec.decodeRow(got, row),
                    0.0);
        }
    }

    @ParameterizedTest
    @EnumSource(BlockType.class)
    void blocksHoldTernaryNumbers(BlockType type) {
        Weight source = TinyWeights.matrix(PACKED, 8, 512, arena);
        assertSameNumbers(source, ExactRepacker.repack(source, new Blocks(type), arena));
    }

    private Weight dense(float... values) {
        var shape = new MatrixShape(4, values.length);
        var writer = new WeightWriter("w", shape, new Dense(FloatType.F32), arena);
        for (int row = 0; row < 4; row++) {
            for (int c = 0; c < values.length; c++) {
                writer.setValue(row, c, values[c]);
            }
        }
        return writer.weight();
    }

    @Test
    void formsAreFoundInNumbersThatHaveNoCodes() {
        float s = 0.375f;
        Weight ternary = dense(s, -s, 0, s, 0, 0, -s, -s);
        assertSameNumbers(ternary, ExactRepacker.repack(ternary, ternary(4), arena));
        assertSameNumbers(ternary, ExactRepacker.repack(ternary, PACKED, arena));
        Weight zeros = dense(0, 0, 0, 0);
        for (WeightFormat format : List.of(ternary(4), PACKED, mlx(1, 4), mlx(3, 4), binary(4))) {
            assertSameNumbers(zeros, ExactRepacker.repack(zeros, format, arena));
        }
        Weight levels = dense(1, 2.5f, 4, 7, 1, 1, 1, 8.5f);
        assertSameNumbers(levels, ExactRepacker.repack(levels, mlx(3, 8), arena));
        Weight negative = dense(-1, -1, -2, -2, -2, -2, -1, -2);
        assertSameNumbers(negative, ExactRepacker.repack(negative, mlx(1, 8), arena));
    }

    private void assertRefused(Weight source, WeightFormat to, String... parts) {
        var refused =
                assertThrows(
                        ConversionRefusedException.class,
                        () -> ExactRepacker.repack(source, to, arena));
        String message = String.valueOf(refused.getMessage());
        for (String part : parts) {
            assertTrue(message.contains(part), part + " in " + message);
        }
    }

    @Test
    void refusalsSayWhatDoesNotFitAndWhere() {
        assertRefused(
                dense(1, 0, -1, 1),
                binary(4),
                "tensor w",
                "row 0, columns 0 to 3",
                "only +s and -s");
        assertRefused(dense(1, 0, -1, 2), ternary(4), "only -s, 0 and +s", "of 4 weights");
        assertRefused(dense(1, 2, 3, 4), mlx(1, 4), "2 equally spaced numbers");
        assertRefused(dense(1, 2, 3, 5), mlx(2, 4), "4 equally spaced numbers");
        assertRefused(dense(1, 0.5f, 0, -1), PACKED, "row 0, with the scale 1.0");
        assertRefused(dense(1e-9f, 0, 0, 0), ternary(4), "scale", "is no f16, the nearest is 0.0");
        assertRefused(dense(1 + 1e-6f, 0), new Dense(FloatType.BF16), "(0, 0)", "bf16 is 1.0");
        assertRefused(dense(Float.NaN, 0), mlx(4, 2), "column 0 is NaN");
        assertRefused(dense(Float.POSITIVE_INFINITY, 0), ternary(2), "column 0 is Infinity");
    }

    @Test
    void shorterGroupAtTheEndOfARowIsItsOwn() {
        Weight source = dense(1, -1, 1, -1, 2, -2);
        assertSameNumbers(source, ExactRepacker.repack(source, binary(4), arena));
    }

    /** The two-bit blocks of ggml hold -s, 0, +s and +2s, which no ternary format does. */
    @Test
    void fourthNumberOfTwoBitBlocksIsKept() {
        var format = new Affine(2, 64, FloatType.F16);
        var writer = new WeightWriter("w", new MatrixShape(1, 64), format, arena);
        writer.setScale(0, 0, 0.5f);
        writer.setBias(0, 0, -0.5f);
        writer.setCode(0, 5, 3);
        var ref = new WeightRef("w.weight", new MatrixShape(1, 64), format);
        var part =
                new PlannedPart(
                        new ModelPart("w", ModelPart.Role.LINEAR, ref),
                        "w",
                        new Encoding.Ggml(GgmlType.Q2_0),
                        false);
        Weight repacked = Repacking.repack(writer.weight(), part, arena);
        assertEquals(format, repacked.format());
        assertSameNumbers(writer.weight(), repacked);
        assertEquals(1.0, ReferenceCodec.decode(repacked, 0, 5));
    }

    static List<WeightFormat> formats() {
        var formats = new ArrayList<WeightFormat>();
        for (FloatType type : FloatType.values()) {
            formats.add(new Dense(type));
            for (Binary.Mode mode : Binary.Mode.values()) {
                formats.add(new Binary(128, mode, type));
            }
            for (int bits : new int[] {2, 3, 4, 5, 6, 8}) {
                formats.add(new Affine(bits, 32, type));
            }
            formats.add(
                    new Ternary(
                            TernaryPacking.CONSECUTIVE, new ScaleGranularity.PerGroup(64, type)));
        }
        for (TernaryPacking packing : TernaryPacking.values()) {
            formats.add(new Ternary(packing, new ScaleGranularity.PerTensor()));
        }
        for (BlockType type : BlockType.values()) {
            formats.add(new Blocks(type));
        }
        return formats;
    }

    @ParameterizedTest
    @MethodSource("formats")
    void everyFormatIsHeldByItself(WeightFormat format) {
        try (Arena arena = Arena.ofShared()) {
            Weight weight = TinyWeights.matrix(format, 8, 512, arena);
            assertEquals(weight, ExactRepacker.repack(weight, format, arena));
        }
    }
}
