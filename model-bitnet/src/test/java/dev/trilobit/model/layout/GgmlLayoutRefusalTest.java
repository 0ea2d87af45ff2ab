package dev.trilobit.model.layout;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.trilobit.api.quant.Affine;
import dev.trilobit.api.quant.Binary;
import dev.trilobit.api.quant.FloatType;
import dev.trilobit.api.quant.MatrixShape;
import dev.trilobit.api.quant.ScaleGranularity;
import dev.trilobit.api.quant.Ternary;
import dev.trilobit.api.quant.TernaryPacking;
import dev.trilobit.api.quant.WeightFormat;
import dev.trilobit.api.quant.WeightWriter;
import dev.trilobit.model.file.GgmlType;
import dev.trilobit.model.file.ModelFormatException;
import dev.trilobit.model.file.SafetensorsType;
import dev.trilobit.model.file.StoredTensor;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class GgmlLayoutRefusalTest {
    private static final WeightFormat WHOLE =
            new Ternary(TernaryPacking.CONSECUTIVE, new ScaleGranularity.PerTensor());

    private final Arena arena = Arena.ofShared();

    @AfterEach
    void close() {
        arena.close();
    }

    @ParameterizedTest
    @CsvSource({
        "A,3,32,a multiple of 128 weights",
        "B,3,32,a multiple of 64 weights",
        "C,6,32,rows of a multiple of 4",
        "A,64,6,columns of a multiple of 4"
    })
    void matrixThatDoesNotDivideIsRefused(I2sLayout i2s, int rows, int cols, String expected) {
        var shape = new MatrixShape(rows, cols);
        byte[] bytes = new byte[(int) GgmlType.I2_S.byteSize(shape.elements())];
        StoredTensor tensor = RecordedTensor.stored(GgmlType.I2_S, shape, bytes, arena);
        var error =
                assertThrows(
                        ModelFormatException.class,
                        () -> new GgmlLayout(i2s).decode(tensor, shape, arena));
        assertMessage(
                error,
                "recorded.gguf: tensor t at byte 64: I2_S in layout " + i2s.label(),
                expected,
                "got [%d, %d]".formatted(rows, cols));
        var writer = new WeightWriter("w", shape, WHOLE, arena);
        refused(writer, GgmlType.I2_S, i2s, "w: I2_S in layout " + i2s.label(), expected);
    }

    @Test
    void otherShapeIsRefused() {
        var shape = new MatrixShape(2, 256);
        byte[] bytes = new byte[(int) GgmlType.TQ2_0.byteSize(512)];
        StoredTensor tensor = RecordedTensor.stored(GgmlType.TQ2_0, shape, bytes, arena);
        for (var other : List.of(new MatrixShape(1, 256), new MatrixShape(4, 128))) {
            var error =
                    assertThrows(
                            IllegalArgumentException.class,
                            () -> new GgmlLayout(I2sLayout.A).decode(tensor, other, arena));
            assertEquals(
                    "recorded.gguf: tensor t at byte 64: TQ2_0 [2, 256] is no matrix " + other,
                    error.getMessage());
        }
    }

    @Test
    void tensorOfAnotherFileIsRefused() {
        var tensor =
                new StoredTensor(
                        "x.safetensors",
                        "t",
                        SafetensorsType.F32,
                        List.of(1L, 1L),
                        8,
                        arena.allocate(4));
        var error =
                assertThrows(
                        IllegalArgumentException.class,
                        () -> new GgmlLayout(I2sLayout.A).format(tensor));
        assertMessage(error, "x.safetensors", "a GGUF file", "F32 [1, 1]");
    }

    @Test
    void otherFormatIsRefused() {
        var writer = new WeightWriter("w", new MatrixShape(1, 256), WHOLE, arena);
        refused(writer, GgmlType.TQ2_0, "w cannot be TQ2_0: expected [Ternary", "got Ternary");
        refused(writer, GgmlType.Q8_0, "w cannot be Q8_0: expected [Blocks");
    }

    @ParameterizedTest
    @CsvSource({"TQ1_0,256", "PTQ1_0,128"})
    void codeOfThreeDoesNotFitDigits(GgmlType type, int group) {
        var format =
                new Ternary(
                        TernaryPacking.CONSECUTIVE,
                        new ScaleGranularity.PerGroup(group, FloatType.F16));
        var writer = new WeightWriter("w", new MatrixShape(2, 256), format, arena);
        writer.weight().codes().fill((byte) 0b01_01_01_01);
        writer.weight().codes().set(ValueLayout.JAVA_BYTE, 77, (byte) 0b1100);
        refused(writer, type, "w cannot be " + type, "expected codes up to 2, got 3 in byte 77");
    }

    @Test
    void biasMustBeTheNegativeScale() {
        var format = new Affine(2, 64, FloatType.F16);
        var writer = new WeightWriter("w", new MatrixShape(1, 128), format, arena);
        writer.setScale(0, 0, 1);
        writer.setBias(0, 0, -1);
        writer.setScale(0, 1, 1);
        writer.setBias(0, 1, -2);
        refused(
                writer,
                GgmlType.Q2_0,
                "expected a bias of the negative scale, got scale 1.0 and bias -2.0 in group 1");
    }

    @Test
    void rowsMustDivideIntoBlocks() {
        var format = new Binary(128, Binary.Mode.SYMMETRIC, FloatType.F16);
        var writer = new WeightWriter("w", new MatrixShape(2, 192), format, arena);
        refused(writer, GgmlType.Q1_0, "expected rows of a multiple of 128 weights, got [2, 192]");
    }

    @Test
    void targetOfAnotherSizeIsRefused() {
        var writer = new WeightWriter("w", new MatrixShape(1, 128), WHOLE, arena);
        var error =
                assertThrows(
                        IllegalArgumentException.class,
                        () ->
                                new GgmlLayout(I2sLayout.A)
                                        .encode(
                                                writer.weight(),
                                                GgmlType.I2_S,
                                                arena.allocate(63)));
        assertMessage(error, "expected a target of 64 bytes, got 63");
    }

    private void refused(WeightWriter writer, GgmlType type, String... parts) {
        refused(writer, type, I2sLayout.A, parts);
    }

    private void refused(WeightWriter writer, GgmlType type, I2sLayout i2s, String... parts) {
        MemorySegment target = arena.allocate(type.byteSize(writer.weight().shape().elements()));
        assertMessage(
                assertThrows(
                        IllegalArgumentException.class,
                        () -> new GgmlLayout(i2s).encode(writer.weight(), type, target)),
                parts);
    }

    private static void assertMessage(RuntimeException error, String... parts) {
        String message = String.valueOf(error.getMessage());
        for (String part : parts) {
            assertTrue(message.contains(part), () -> "'" + part + "' is missing in: " + message);
        }
    }
}
