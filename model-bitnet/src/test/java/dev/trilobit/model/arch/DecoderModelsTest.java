package dev.trilobit.model.arch;

import static dev.trilobit.model.arch.Refusals.refused;
import static org.junit.jupiter.api.Assertions.assertAll;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.trilobit.api.quant.ReferenceCodec;
import dev.trilobit.api.quant.Weight;
import java.util.Arrays;
import java.util.Locale;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What becomes of tensors: which format, which scale, and what is refused. */
class DecoderModelsTest {
    private static final String UP = "model.layers.0.mlp.up_proj";
    private static final String QUERIES = "model.layers.0.self_attn.q_proj";
    private static final String TENSORS = "memory:test/model.safetensors: ";

    @Test
    void packedCodesAreNotCopied() {
        var codes = new byte[3 * 8];
        codes[0] = (byte) 0b10_00_01_10; // rows 0, 3, 6, 9 of column 0: +1, 0, -1, +1
        open(
                TinyModel.bitNet().tensor(UP + ".weight", "U8", codes, 3, 8),
                model -> {
                    Weight up = model.weights().weight(UP + ".weight");
                    assertAll(
                            () -> assertEquals("ternary", up.format().label()),
                            () -> assertEquals(0.5, ReferenceCodec.decode(up, 0, 0)),
                            () -> assertEquals(0, ReferenceCodec.decode(up, 3, 0)),
                            () -> assertEquals(-0.5, ReferenceCodec.decode(up, 6, 0)),
                            () -> assertEquals(0.5, ReferenceCodec.decode(up, 9, 0)),
                            // The folder of this test is read-only, fresh memory is not.
                            () -> assertTrue(up.codes().isReadOnly()));
                });
    }

    @Test
    void directScaleIsTheFactor() {
        assertEquals(0.25, scale(TinyModel.bitNet().floats(UP + ".weight_scale", 0.25f)));
    }

    @Test
    void inverseScaleIsTheDivisor() {
        var model =
                TinyModel.bitNet()
                        .bitNetConfig("\"linear_class\":\"bitlinear\"")
                        .floats(UP + ".weight_scale", 0.25f);
        assertEquals(4, scale(model));
    }

    /** Falcon-E and Falcon3 have the same architecture, and scales of either sense. */
    @Test
    void llamaHasScalesOfEitherSense() {
        TinyModel packed = TinyModel.llama().packed().floats(UP + ".weight_scale", 0.25f);
        assertEquals(0.25, scale(packed.bitNetConfig("\"linear_class\":\"autobitlinear\"")));
        assertEquals(4, scale(packed.bitNetConfig("\"linear_class\":\"bitlinear\"")));
        assertEquals(4, scale(packed.bitNetConfig("\"modules_to_not_convert\":null")));
    }

    @ParameterizedTest
    @ValueSource(floats = {0, -1, Float.NaN, Float.POSITIVE_INFINITY})
    void scaleThatIsNotPositiveIsRefused(float scale) {
        refused(
                TinyModel.bitNet().floats(UP + ".weight_scale", scale),
                "memory:test/model.safetensors: tensor " + UP + ".weight_scale at byte ",
                "expected a positive scale, got " + scale);
    }

    @Test
    void inverseOfAnInfiniteScaleIsRefused() {
        refused(
                TinyModel.bitNet()
                        .bitNetConfig("\"linear_class\":\"bitlinear\"")
                        .floats(UP + ".weight_scale", Float.POSITIVE_INFINITY),
                UP + ".weight_scale",
                "got Infinity");
    }

    @Test
    void packedRowsThatAreNoMultipleOfFourAreRefused() {
        refused(
                TinyModel.bitNet().key("intermediate_size", "10"),
                "module " + UP + ": packed rows must be a multiple of 4, got [10, 8]");
    }

    @Test
    void mastersInAPackedModelAreRefused() {
        refused(
                TinyModel.bitNet().zeros(UP + ".weight", 12, 8),
                "tensor " + UP + ".weight at byte ",
                "expected U8 [3, 8], got F32 [12, 8]");
    }

    @Test
    void packedCodesInAModelOfMastersAreRefused() {
        refused(
                TinyModel.bitNet().bitNetConfig(MasterRoundingTest.ONLINE),
                "tensor " + UP + ".weight",
                "[12, 8], got U8 [3, 8]");
    }

    /** Such a file says nothing of its scales; the one that is published multiplies. */
    @Test
    void packedBitNetWithoutAQuantizationConfigIsDirect() {
        assertEquals(
                0.25,
                scale(
                        TinyModel.bitNet()
                                .withoutKey("quantization_config")
                                .floats(UP + ".weight_scale", 0.25f)));
    }

    @Test
    void packedLlamaWithoutAQuantizationConfigIsRefused() {
        refused(
                TinyModel.llama().packed(),
                "tensor " + UP + ".weight at byte ",
                "expected [F32, F16, BF16] [12, 8], got U8 [3, 8]");
    }

    @Test
    void modulesThatAreNotConvertedStayDense() {
        open(
                TinyModel.bitNet()
                        .bitNetConfig(
                                "\"linear_class\":\"autobitlinear\",\"modules_to_not_convert\":[\"up_proj\"]")
                        .zeros(UP + ".weight", 12, 8)
                        .without(UP + ".weight_scale"),
                model -> {
                    assertEquals("f32", label(model, UP));
                    assertEquals("ternary", label(model, QUERIES));
                });
    }

    @ParameterizedTest
    @ValueSource(strings = {"F32", "F16", "BF16"})
    void denseMatricesKeepTheirType(String dtype) {
        int bytes = dtype.equals("F32") ? 4 : 2;
        open(
                TinyModel.llama().tensor(UP + ".weight", dtype, new byte[96 * bytes], 12, 8),
                model -> assertEquals(dtype.toLowerCase(Locale.ROOT), label(model, UP)));
    }

    @Test
    void typeThatIsNoFloatIsRefusedWhenUsed() {
        refused(
                TinyModel.llama().tensor(UP + ".weight", "F64", new byte[96 * 8], 12, 8),
                "tensor " + UP + ".weight at byte ",
                "got F64 [12, 8]");
    }

    @Test
    void wrongShapeIsRefused() {
        refused(
                TinyModel.llama().zeros("model.norm.weight", 9),
                TENSORS,
                "tensor model.norm.weight at byte ",
                "[8], got F32 [9]");
    }

    @Test
    void allMissingAndWrongTensorsAreNamedAtOnce() {
        var model =
                TinyModel.qwen3()
                        .without("model.norm.weight", QUERIES + ".weight", "lm_head.weight")
                        .zeros(UP + ".weight", 1)
                        .zeros("model.layers.0.self_attn.k_norm.weight", 5);
        refused(
                model,
                "3 problems",
                "tensor " + UP + ".weight",
                "tensor model.layers.0.self_attn.k_norm.weight",
                "3 tensors are missing: lm_head.weight, model.layers.0.self_attn.q_proj.weight, model.norm.weight");
    }

    @Test
    void everyTensorOfAnEmptyFileIsNamed() {
        var model = TinyModel.qwen3();
        String[] names = model.names().toArray(String[]::new);
        String message = refused(model.without(names), names);
        assertTrue(message.contains(names.length + " tensors are missing"), message);
    }

    @Test
    void missingSubNormsAreNamed() {
        refused(
                TinyModel.bitNet()
                        .without(
                                "model.layers.0.self_attn.attn_sub_norm.weight",
                                "model.layers.0.mlp.ffn_sub_norm.weight"),
                "attn_sub_norm.weight",
                "ffn_sub_norm.weight");
    }

    @Test
    void tensorsNobodyAsksForAreRefusedAllAtOnce() {
        String message =
                refused(
                        TinyModel.llama()
                                .zeros("model.layers.0.self_attn.rotary_emb.inv_freq", 2)
                                .zeros(QUERIES + ".bias", 8)
                                .zeros(UP + ".norm.weight", 8)
                                .zeros("model.extra.weight", 8),
                        TENSORS,
                        "biases are not supported, got " + QUERIES + ".bias",
                        "norms inside linear layers, one for each projection, are not supported,"
                                + " got "
                                + UP
                                + ".norm.weight",
                        "1 tensors are unknown to this architecture: model.extra.weight");
        assertFalse(message.contains("inv_freq"), message);
    }

    @Test
    void storedRotaryFrequenciesChangeNothing() {
        open(
                TinyModel.llama().zeros("model.layers.0.self_attn.rotary_emb.inv_freq", 2),
                model -> assertEquals("f32", label(model, UP)));
    }

    @Test
    void aBiasOfATiedHeadIsRefused() {
        refused(
                TinyModel.bitNet().zeros("lm_head.bias", 16),
                "biases are not supported, got lm_head.bias");
    }

    @Test
    void aModuleThatIsWrongDoesNotCountAsUnknown() {
        String message = refused(TinyModel.bitNet().key("intermediate_size", "10"), UP);
        assertFalse(message.contains("unknown"), message);
    }

    @Test
    void weightThatDoesNotExistIsRefusedByName() {
        open(
                TinyModel.llama(),
                model -> {
                    var error =
                            assertThrows(
                                    IllegalArgumentException.class,
                                    () -> model.weights().weight("x"));
                    assertEquals("the model has no weight x", error.getMessage());
                });
    }

    @Test
    void weightsAgreeWithTheProgramInEveryName() {
        open(
                TinyModel.bitNet(),
                model ->
                        model.program()
                                .weights()
                                .forEach(
                                        (name, ref) -> {
                                            Weight weight = model.weights().weight(name);
                                            assertEquals(ref.shape(), weight.shape());
                                            assertEquals(ref.format(), weight.format());
                                        }));
    }

    @Test
    void tiedHeadIgnoresAHeadInTheFile() {
        open(
                TinyModel.bitNet().zeros("lm_head.weight", 16, 8),
                model -> assertFalse(model.program().weights().containsKey("lm_head.weight")));
    }

    @Test
    void countOfLayersThatNoTensorsJustifyIsRefused() {
        refused(
                TinyModel.llama().key("num_hidden_layers", "9999"),
                "expected the tensors of 9999 layers, got 12 tensors");
    }

    private static double scale(TinyModel tiny) {
        var seen = new double[1];
        // Code 2 everywhere: the weight is the scale.
        byte[] codes = new byte[24];
        Arrays.fill(codes, (byte) 0b10101010);
        open(
                tiny.tensor(UP + ".weight", "U8", codes, 3, 8),
                model -> {
                    Weight up = model.weights().weight(UP + ".weight");
                    seen[0] = ReferenceCodec.decode(up, 11, 7);
                });
        return seen[0];
    }

    private static String label(DecoderModel model, String module) {
        return model.weights().weight(module + ".weight").format().label();
    }

    private static void open(TinyModel tiny, Consumer<DecoderModel> check) {
        try (var folder = tiny.folder()) {
            check.accept(DecoderModels.open(folder));
        }
    }
}
