package dev.trilobit.model.layout;

import static org.junit.jupiter.api.Assertions.assertAll;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.trilobit.api.quant.Affine;
import dev.trilobit.api.quant.FloatType;
import dev.trilobit.api.quant.MatrixShape;
import dev.trilobit.api.quant.ReferenceCodec;
import dev.trilobit.api.quant.Weight;
import dev.trilobit.model.file.FourthCodeException;
import dev.trilobit.model.file.GgmlType;
import dev.trilobit.model.file.StoredTensor;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.EnumSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Against numbers that ggml wrote, and that a reader of its own in NumPy made of random bytes. */
class GgmlLayoutTest {
    private static final Set<GgmlType> FLOATS =
            EnumSet.of(GgmlType.F32, GgmlType.F16, GgmlType.BF16);

    /** Several bytes of a file may stand for the same digits; ggml writes one of them. */
    private static final Set<GgmlType> BASE_3 = EnumSet.of(GgmlType.TQ1_0, GgmlType.PTQ1_0);

    static Stream<RecordedTensor> recordedByGgml() {
        return Stream.of(
                        GgmlType.Q1_0,
                        GgmlType.Q2_0,
                        GgmlType.TQ1_0,
                        GgmlType.TQ2_0,
                        GgmlType.Q4_0,
                        GgmlType.Q4_1,
                        GgmlType.Q4_K,
                        GgmlType.Q5_0,
                        GgmlType.Q6_K,
                        GgmlType.Q8_0)
                .map(RecordedTensor::ggml);
    }

    static Stream<RecordedTensor> randomBytes() {
        var types = EnumSet.allOf(GgmlType.class);
        types.removeAll(FLOATS);
        types.remove(GgmlType.I2_S);
        return types.stream().map(RecordedTensor::random);
    }

    @ParameterizedTest
    @MethodSource({"recordedByGgml", "randomBytes"})
    void numbersAreThoseRecorded(RecordedTensor recorded) {
        try (Arena arena = Arena.ofShared()) {
            assertNumbers(recorded, decode(recorded.stored(arena), I2sLayout.A, arena));
        }
    }

    @ParameterizedTest
    @EnumSource
    void numbersOfI2sAreThoseRecorded(I2sLayout layout) {
        RecordedTensor recorded = RecordedTensor.random(layout);
        try (Arena arena = Arena.ofShared()) {
            assertNumbers(recorded, decode(recorded.stored(arena), layout, arena));
        }
    }

    @ParameterizedTest
    @MethodSource("recordedByGgml")
    void encodingGivesTheBytesOfGgml(RecordedTensor recorded) {
        try (Arena arena = Arena.ofShared()) {
            Weight weight = decode(recorded.stored(arena), I2sLayout.A, arena);
            assertArrayEquals(
                    recorded.bytes(), encode(weight, recorded.type(), I2sLayout.A, arena));
        }
    }

    @ParameterizedTest
    @MethodSource("randomBytes")
    void encodingGivesRandomBytesBack(RecordedTensor recorded) {
        try (Arena arena = Arena.ofShared()) {
            Weight weight = decode(recorded.stored(arena), I2sLayout.A, arena);
            byte[] encoded = encode(weight, recorded.type(), I2sLayout.A, arena);
            if (BASE_3.contains(recorded.type())) {
                var again =
                        RecordedTensor.stored(recorded.type(), recorded.shape(), encoded, arena);
                assertNumbers(recorded, decode(again, I2sLayout.A, arena));
            } else {
                assertArrayEquals(recorded.bytes(), encoded);
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void encodingI2sGivesItsBytesBack(I2sLayout layout) {
        RecordedTensor recorded = RecordedTensor.random(layout);
        try (Arena arena = Arena.ofShared()) {
            Weight weight = decode(recorded.stored(arena), layout, arena);
            assertArrayEquals(recorded.bytes(), encode(weight, GgmlType.I2_S, layout, arena));
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"F32", "F16", "BF16"})
    void floatsAreReadAsTheyAre(GgmlType type) {
        var shape = new MatrixShape(3, 5);
        try (Arena arena = Arena.ofShared()) {
            byte[] bytes = new byte[(int) type.byteSize(15)];
            new Random(7).nextBytes(bytes);
            Weight weight =
                    decode(RecordedTensor.stored(type, shape, bytes, arena), I2sLayout.A, arena);
            assertArrayEquals(bytes, weight.codes().toArray(ValueLayout.JAVA_BYTE));
            assertArrayEquals(bytes, encode(weight, type, I2sLayout.A, arena));
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"F32", "F16", "BF16", "Q8_0", "Q6_K", "Q5_0", "Q4_0", "Q4_1", "Q4_K"})
    void plainTypesStayWhereTheyAre(GgmlType type) {
        var shape = new MatrixShape(2, 256);
        try (Arena arena = Arena.ofShared()) {
            byte[] bytes = new byte[(int) type.byteSize(shape.elements())];
            StoredTensor tensor = RecordedTensor.stored(type, shape, bytes, arena);
            MemorySegment plane = decode(tensor, I2sLayout.A, arena).codes();
            assertEquals(tensor.bytes().address(), plane.address());
        }
    }

    /** So large that several threads take part, and no multiple of what one of them moves. */
    @ParameterizedTest
    @EnumSource(names = {"Q1_0", "Q2_0", "Q2_0_G128", "PQ2_0", "TQ1_0", "TQ2_0", "PTQ1_0", "I2_S"})
    void largeTensorsAreRepeatedSmallOnes(GgmlType type) {
        RecordedTensor recorded =
                type == GgmlType.I2_S
                        ? RecordedTensor.random(I2sLayout.A)
                        : RecordedTensor.random(type);
        int times = 3001;
        int rows = recorded.shape().rows();
        var shape = new MatrixShape(rows * times, recorded.shape().cols());
        long weights = recorded.shape().elements();
        int codeBytes = (int) (type.byteSize(weights) - type.byteSize(0));
        byte[] small = recorded.bytes();
        byte[] large = new byte[(int) type.byteSize(weights * times)];
        for (int i = 0; i < times; i++) {
            System.arraycopy(small, 0, large, i * codeBytes, codeBytes);
        }
        System.arraycopy(small, codeBytes, large, times * codeBytes, small.length - codeBytes);
        try (Arena arena = Arena.ofShared();
                Arena confined = Arena.ofConfined()) {
            Weight expected = decode(recorded.stored(arena), I2sLayout.A, arena);
            StoredTensor tensor = RecordedTensor.stored(type, shape, large, arena);
            Weight shared = decode(tensor, I2sLayout.A, arena);
            Weight alone = decode(tensor, I2sLayout.A, confined);
            assertAll(
                    () -> assertRepeated(expected.codes(), shared.codes(), times),
                    () -> assertEquals(-1, shared.codes().mismatch(alone.codes())),
                    () -> assertEquals(-1, shared.scales().mismatch(alone.scales())),
                    () ->
                            assertRepeated(
                                    expected.scales(),
                                    shared.scales(),
                                    type == GgmlType.I2_S ? 1 : times));
        }
    }

    /** All numbers of five digits, each in all places. */
    @ParameterizedTest
    @EnumSource(names = {"TQ1_0", "PTQ1_0"})
    void everyRunOfDigitsSurvives(GgmlType type) {
        int groups = 243 * 4;
        var shape = new MatrixShape(groups, type.blockWeights());
        int codeBytes = shape.cols() / 4;
        try (Arena arena = Arena.ofShared()) {
            byte[] zeros = new byte[(int) type.byteSize(shape.elements())];
            Weight weight =
                    decode(RecordedTensor.stored(type, shape, zeros, arena), I2sLayout.A, arena);
            var random = new Random(11);
            for (long at = 0; at < (long) groups * codeBytes; at++) {
                weight.codes().set(ValueLayout.JAVA_BYTE, at, (byte) fourTrits(random));
            }
            byte[] encoded = encode(weight, type, I2sLayout.A, arena);
            Weight again =
                    decode(RecordedTensor.stored(type, shape, encoded, arena), I2sLayout.A, arena);
            assertEquals(-1, weight.codes().mismatch(again.codes()));
        }
    }

    @Test
    void codesOfThreeMakeTwoBitsAffine() {
        assertAll(
                () -> assertEquals("ternary-g64", twoBits(GgmlType.Q2_0, -1)),
                () -> assertEquals("ternary-g128", twoBits(GgmlType.Q2_0_G128, -1)),
                () -> assertEquals("ternary-g128", twoBits(GgmlType.PQ2_0, -1)),
                () -> assertEquals("affine2-g64", twoBits(GgmlType.Q2_0, 2)),
                () -> assertEquals("affine2-g128", twoBits(GgmlType.PQ2_0, 33)));
    }

    @Test
    void codesOfThreeAtTheEndCountToo() {
        GgmlType type = GgmlType.Q2_0;
        assertEquals("affine2-g64", twoBits(type, (int) type.byteSize(1 << 18) - 1));
    }

    @Test
    void codesOfThreeInTheMiddleAreFoundWhereAllAreRead() {
        for (GgmlType type : List.of(GgmlType.Q2_0, GgmlType.Q2_0_G128, GgmlType.PQ2_0)) {
            int middle = (int) (type.byteSize(1 << 18) / type.blockBytes() / 2) * type.blockBytes();
            var shape = new MatrixShape(256, 1024);
            byte[] bytes = new byte[(int) type.byteSize(shape.elements())];
            bytes[middle + type.blockBytes() - 1] = (byte) 0b1100_0000;
            try (Arena arena = Arena.ofConfined()) {
                StoredTensor tensor = RecordedTensor.stored(type, shape, bytes, arena);
                var layout = new GgmlLayout(I2sLayout.A);
                assertEquals(GgmlLayout.format(type), layout.format(tensor), "the sample");
                assertEquals(
                        new Affine(2, type.blockWeights(), FloatType.F16),
                        layout.exactFormat(tensor));
                var error =
                        assertThrows(
                                FourthCodeException.class,
                                () -> layout.decode(tensor, shape, arena));
                assertTrue(String.valueOf(error.getMessage()).contains("got 3"));
                assertEquals(
                        3, layout.decode(tensor, layout.exactFormat(tensor), shape, arena).size());
            }
        }
    }

    @Test
    void bytesOfTheScaleAreNoCodes() {
        assertEquals("ternary-g64", twoBits(GgmlType.Q2_0, 1));
    }

    @Test
    void layoutsOfI2sAreFoundByName() {
        assertAll(
                () -> assertEquals(I2sLayout.B, I2sLayout.of("b").orElseThrow()),
                () -> assertTrue(I2sLayout.of("probe").isEmpty()));
    }

    /** The format of 2^18 weights that are zero but for one byte of all ones. */
    private static String twoBits(GgmlType type, int ones) {
        var shape = new MatrixShape(256, 1024);
        byte[] bytes = new byte[(int) type.byteSize(shape.elements())];
        if (ones >= 0) {
            bytes[ones] = -1;
        }
        try (Arena arena = Arena.ofConfined()) {
            return new GgmlLayout(I2sLayout.A)
                    .format(RecordedTensor.stored(type, shape, bytes, arena))
                    .label();
        }
    }

    private static int fourTrits(Random random) {
        int codes = 0;
        for (int i = 0; i < 4; i++) {
            codes |= random.nextInt(3) << (2 * i);
        }
        return codes;
    }

    private static Weight decode(StoredTensor tensor, I2sLayout i2s, Arena arena) {
        var layout = new GgmlLayout(i2s);
        var shape =
                new MatrixShape(
                        Math.toIntExact(tensor.shape().get(0)),
                        Math.toIntExact(tensor.shape().get(1)));
        return new Weight(
                tensor.name(), shape, layout.format(tensor), layout.decode(tensor, shape, arena));
    }

    private static byte[] encode(Weight weight, GgmlType type, I2sLayout i2s, Arena arena) {
        MemorySegment target = arena.allocate(type.byteSize(weight.shape().elements()));
        target.fill((byte) 0x55); // what was there before must not matter
        new GgmlLayout(i2s).encode(weight, type, target);
        return target.toArray(ValueLayout.JAVA_BYTE);
    }

    private static void assertNumbers(RecordedTensor recorded, Weight weight) {
        float[] values = recorded.values();
        MatrixShape shape = recorded.shape();
        assertEquals(shape.elements(), values.length);
        for (int row = 0; row < shape.rows(); row++) {
            for (int col = 0; col < shape.cols(); col++) {
                float expected = values[row * shape.cols() + col];
                float got = (float) ReferenceCodec.decode(weight, row, col);
                // Equal but for the sign of zero: a product has that of its factors, a sum has not.
                if (got != expected) {
                    assertEquals(expected, got, "(%d, %d)".formatted(row, col));
                }
            }
        }
    }

    private static void assertRepeated(MemorySegment once, MemorySegment often, int times) {
        assertEquals(once.byteSize() * times, often.byteSize());
        for (long i = 0; i < times; i++) {
            long at = i * once.byteSize();
            assertEquals(-1, often.asSlice(at, once.byteSize()).mismatch(once), "repetition " + i);
        }
    }
}
