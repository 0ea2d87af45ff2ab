package dev.trilobit.model.arch;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.trilobit.api.quant.Affine;
import dev.trilobit.api.quant.Binary;
import dev.trilobit.api.quant.BlockType;
import dev.trilobit.api.quant.Blocks;
import dev.trilobit.api.quant.Dense;
import dev.trilobit.api.quant.FloatType;
import dev.trilobit.api.quant.MatrixShape;
import dev.trilobit.api.quant.Plane;
import dev.trilobit.api.quant.ReferenceCodec;
import dev.trilobit.api.quant.ScaleGranularity;
import dev.trilobit.api.quant.Ternary;
import dev.trilobit.api.quant.TernaryPacking;
import dev.trilobit.api.quant.Weight;
import dev.trilobit.api.quant.WeightFormat;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Rows go back to where Hugging Face has them. */
class RotaryRowsTest {
    private static final MatrixShape SHAPE = new MatrixShape(3 * 10, 64);
    private static final RotaryRows HEADS_OF_10 = new RotaryRows(10);

    @Test
    void neighboursOfAHeadAreHalfAHeadApart() {
        var rows = new RotaryRows(6);
        // Head 1 of [pair 0 first, pair 0 second, pair 1 first, ...].
        long[] stored = new long[6];
        for (int row = 6; row < 12; row++) {
            stored[row - 6] = rows.stored(row);
        }
        assertArrayEquals(new long[] {6, 8, 10, 7, 9, 11}, stored);
    }

    /** The converter's own words: reshape, swap axes, reshape. */
    @Test
    void restoringUndoesThePermutationOfTheConverter() {
        int heads = 3;
        int half = 5;
        int[] permuted = new int[heads * 2 * half];
        for (int h = 0; h < heads; h++) {
            for (int s = 0; s < 2; s++) {
                for (int i = 0; i < half; i++) {
                    // [h, s, i] goes to [h, i, s]
                    permuted[(h * half + i) * 2 + s] = (h * 2 + s) * half + i;
                }
            }
        }
        for (int row = 0; row < permuted.length; row++) {
            assertEquals(row, permuted[(int) HEADS_OF_10.stored(row)]);
        }
    }

    static Stream<WeightFormat> formats() {
        return Stream.of(
                new Dense(FloatType.F32),
                new Dense(FloatType.BF16),
                new Blocks(BlockType.Q8_0),
                new Blocks(BlockType.Q4_1),
                new Ternary(TernaryPacking.CONSECUTIVE, new ScaleGranularity.PerTensor()),
                new Ternary(
                        TernaryPacking.CONSECUTIVE,
                        new ScaleGranularity.PerGroup(32, FloatType.F16)),
                new Binary(32, Binary.Mode.SYMMETRIC, FloatType.F16),
                new Binary(64, Binary.Mode.AFFINE, FloatType.F16),
                new Affine(3, 32, FloatType.BF16));
    }

    @ParameterizedTest
    @MethodSource("formats")
    void rowsKeepTheirNumbersInEveryFormat(WeightFormat format) {
        try (Arena arena = Arena.ofConfined()) {
            Weight stored = random(format, arena);
            List<MemorySegment> planes = HEADS_OF_10.restore(format, SHAPE, stored.planes(), arena);
            var restored = new Weight("restored", SHAPE, format, planes);
            for (int row = 0; row < SHAPE.rows(); row++) {
                assertArrayEquals(
                        ReferenceCodec.decodeRow(stored, (int) HEADS_OF_10.stored(row)),
                        ReferenceCodec.decodeRow(restored, row));
            }
        }
    }

    @Test
    void oneScaleOfAllIsNotCopied() {
        var format = new Ternary(TernaryPacking.CONSECUTIVE, new ScaleGranularity.PerTensor());
        try (Arena arena = Arena.ofConfined()) {
            Weight stored = random(format, arena);
            assertSame(
                    stored.scales(),
                    HEADS_OF_10.restore(format, SHAPE, stored.planes(), arena).get(1));
        }
    }

    @Test
    void rowsThatShareBytesAreRefused() {
        var format = new Ternary(TernaryPacking.ROW_QUARTERS, new ScaleGranularity.PerTensor());
        try (Arena arena = Arena.ofConfined()) {
            assertThrows(
                    IllegalArgumentException.class,
                    () -> HEADS_OF_10.restore(format, SHAPE, List.of(), arena));
        }
    }

    /** Random bytes; scales that happen to be no numbers decode to none in both. */
    private static Weight random(WeightFormat format, Arena arena) {
        var random = new Random(7);
        var planes = new ArrayList<MemorySegment>();
        for (Plane plane : format.planes(SHAPE)) {
            MemorySegment bytes = arena.allocate(plane.byteSize());
            for (long i = 0; i < bytes.byteSize(); i++) {
                boolean codes = plane.name().equals("codes");
                // Ternary codes of 3 are no weights; other formats have no code that is none.
                int value = random.nextInt(256);
                bytes.set(
                        ValueLayout.JAVA_BYTE,
                        i,
                        (byte) (codes && format instanceof Ternary ? value & 0b10101010 : value));
            }
            planes.add(bytes);
        }
        return new Weight("stored", SHAPE, format, planes);
    }
}
