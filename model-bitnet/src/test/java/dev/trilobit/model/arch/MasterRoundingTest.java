package dev.trilobit.model.arch;

import static org.junit.jupiter.api.Assertions.assertAll;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.trilobit.api.quant.FloatType;
import dev.trilobit.api.quant.MatrixShape;
import dev.trilobit.api.quant.ReferenceCodec;
import dev.trilobit.api.quant.UnusableWeightException;
import dev.trilobit.api.quant.Weight;
import dev.trilobit.model.file.SafetensorsType;
import dev.trilobit.model.file.StoredTensor;
import java.lang.foreign.Arena;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class MasterRoundingTest {
    static final String ONLINE =
            "\"linear_class\":\"autobitlinear\",\"quantization_mode\":\"online\"";
    private static final String UP = "model.layers.0.mlp.up_proj";

    @Test
    void tiesGoToZeroAndLargeMastersAreCut() {
        // Mean magnitude 1: the scale is 1 and the masters are rounded as they are.
        float above = Math.nextUp(0.5f);
        float rest = 8 - 0.5f - 0.5f - above - above - 1 - 2;
        Weight weight =
                round(
                        new MatrixShape(2, 4),
                        SafetensorsType.F32,
                        0.5f,
                        -0.5f,
                        above,
                        -above,
                        1,
                        -2,
                        rest,
                        0);
        assertAll(
                () -> assertEquals(1, FloatType.F32.get(weight.scales(), 0)),
                () -> assertEquals("[0.0, 0.0, 1.0, -1.0]", row(weight, 0)),
                () -> assertEquals("[1.0, -1.0, 1.0, 0.0]", row(weight, 1)));
    }

    @Test
    void zerosHaveTheSmallestScale() {
        Weight weight = round(new MatrixShape(1, 3), SafetensorsType.F32, 0, 0, 0);
        assertAll(
                () -> assertEquals(1 / (1 / 1e-5f), FloatType.F32.get(weight.scales(), 0)),
                () -> assertEquals("[0.0, 0.0, 0.0]", row(weight, 0)));
    }

    @ParameterizedTest
    @CsvSource({"F32, 1, 1", "F32, 3, 5", "F16, 7, 13", "BF16, 5, 4", "BF16, 31, 257"})
    void roundingFollowsTheFormula(SafetensorsType type, int rows, int cols) {
        var random = new Random(rows * 1000L + cols);
        var masters = new float[rows * cols];
        for (int i = 0; i < masters.length; i++) {
            masters[i] = (float) random.nextGaussian() * 0.02f;
        }
        var shape = new MatrixShape(rows, cols);
        try (var arena = Arena.ofShared()) {
            StoredTensor tensor = tensor(arena, type, shape, masters);
            FloatType floats = type.floatType().orElseThrow();
            double sum = 0;
            for (int i = 0; i < masters.length; i++) {
                sum += Math.abs(floats.get(tensor.bytes(), i));
            }
            float scale = 1 / Math.max((float) (sum / masters.length), 1e-5f);
            Weight weight = weight(tensor, shape, arena);
            for (int i = 0; i < masters.length; i++) {
                double t = Math.rint(floats.get(tensor.bytes(), i) * scale);
                double expected = Math.clamp(t, -1, 1) * (1 / scale);
                assertEquals(expected, ReferenceCodec.decode(weight, i / cols, i % cols), 1e-12);
            }
        }
    }

    @Test
    void masterThatIsNoNumberIsRefused() {
        var model = TinyModel.bitNet().bitNetConfig(ONLINE);
        for (String name : model.names()) {
            if (name.endsWith("_proj.weight")) {
                zeros(model, name);
            }
            if (name.endsWith(".weight_scale")) {
                model.without(name);
            }
        }
        model.tensor(UP + ".weight", "BF16", nanAt17(), 12, 8);
        try (var folder = model.folder()) {
            DecoderModel opened = DecoderModels.open(folder);
            var error =
                    assertThrows(
                            UnusableWeightException.class,
                            () -> opened.weights().weight(UP + ".weight"));
            String message = String.valueOf(error.getMessage());
            String place = "memory:test/model.safetensors: tensor " + UP + ".weight at byte ";
            assertTrue(message.startsWith(place), message);
            assertTrue(message.contains("expected finite numbers"), message);
        }
    }

    private static void zeros(TinyModel model, String name) {
        int rows = name.contains("mlp.gate") || name.contains("mlp.up") ? 12 : 8;
        rows = name.contains("k_proj") || name.contains("v_proj") ? 4 : rows;
        model.zeros(name, rows, name.contains("down") ? 12 : 8);
    }

    private static byte[] nanAt17() {
        var bytes = new byte[96 * 2];
        bytes[34] = (byte) 0xc0;
        bytes[35] = 0x7f;
        return bytes;
    }

    private static Weight round(MatrixShape shape, SafetensorsType type, float... masters) {
        Arena arena = Arena.ofAuto();
        return weight(tensor(arena, type, shape, masters), shape, arena);
    }

    private static StoredTensor tensor(
            Arena arena, SafetensorsType type, MatrixShape shape, float... masters) {
        FloatType floats = type.floatType().orElseThrow();
        var bytes = arena.allocate((long) masters.length * floats.byteSize());
        for (int i = 0; i < masters.length; i++) {
            floats.set(bytes, i, masters[i]);
        }
        assertEquals(shape.elements(), masters.length);
        return new StoredTensor("file", "w", type, TensorLookup.extents(shape), 0, bytes);
    }

    private static Weight weight(StoredTensor tensor, MatrixShape shape, Arena arena) {
        var planes = new MasterRounding(tensor, shape).round(arena);
        return new Weight("w", shape, MasterRounding.FORMAT, planes);
    }

    private static String row(Weight weight, int row) {
        double[] values = ReferenceCodec.decodeRow(weight, row);
        for (int i = 0; i < values.length; i++) {
            values[i] += 0.0; // -0 * scale reads as 0
        }
        return Arrays.toString(values);
    }
}
