package dev.trilobit.model.arch;

import static dev.trilobit.model.arch.Refusals.refused;
import static org.junit.jupiter.api.Assertions.assertAll;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.trilobit.model.arch.Quantization.BitNet;
import dev.trilobit.model.arch.Quantization.BitNet.Storage;
import dev.trilobit.model.arch.Quantization.Groups;
import dev.trilobit.model.arch.Quantization.Mlx;
import dev.trilobit.model.arch.Quantization.None;
import dev.trilobit.model.arch.Quantization.Plain;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class QuantizationTest {
    @Test
    void nothingIsQuantizedWithoutTheKeys() {
        assertEquals(new None(), read(TinyModel.llama()));
    }

    @Test
    void absentLinearClassDividesByTheScale() {
        var model = TinyModel.llama().key("quantization_config", "{\"quant_method\":\"bitnet\"}");
        assertEquals(new BitNet(Storage.PACKED_INVERSE, List.of()), read(model));
    }

    @Test
    void bitLinearDividesByTheScaleInEveryMode() {
        var model =
                TinyModel.llama()
                        .bitNetConfig(
                                "\"linear_class\":\"bitlinear\",\"quantization_mode\":\"online\"");
        assertEquals(new BitNet(Storage.PACKED_INVERSE, List.of()), read(model));
    }

    @Test
    void autoBitLinearMultipliesByTheScale() {
        var model = TinyModel.llama().bitNetConfig("\"linear_class\":\"autobitlinear\"");
        assertEquals(new BitNet(Storage.PACKED_DIRECT, List.of()), read(model));
    }

    @Test
    void onlineModeHasMasters() {
        var model =
                TinyModel.llama()
                        .bitNetConfig(
                                "\"linear_class\":\"autobitlinear\",\"quantization_mode\":\"online\"");
        assertEquals(new BitNet(Storage.MASTERS, List.of()), read(model));
    }

    @Test
    void modulesAreTakenOutByStartOrEndOfTheirName() {
        var bitNet =
                new BitNet(
                        Storage.MASTERS, List.of("down_proj", "model.layers.0.mlp", "l.*v_proj"));
        assertAll(
                () -> assertFalse(bitNet.converts("model.layers.3.mlp.down_proj")),
                () -> assertFalse(bitNet.converts("model.layers.0.mlp.up_proj")),
                () -> assertTrue(bitNet.converts("model.layers.3.mlp.up_proj")),
                () -> assertTrue(bitNet.converts("model.layers.3.self_attn.v_proj")),
                () -> assertFalse(bitNet.converts("layers.3.self_attn.v_proj")));
    }

    @Test
    void otherMethodIsRefused() {
        refused(
                TinyModel.llama().key("quantization_config", "{\"quant_method\":\"gptq\"}"),
                "quantization_config.quant_method: expected bitnet, got gptq");
    }

    @Test
    void otherLinearClassIsRefused() {
        refused(
                TinyModel.llama().bitNetConfig("\"linear_class\":\"other\""),
                "linear_class: expected bitlinear or autobitlinear, got other");
    }

    @Test
    void otherModeIsRefused() {
        refused(
                TinyModel.llama().bitNetConfig("\"quantization_mode\":\"never\""),
                "quantization_mode: expected offline or online, got never");
    }

    @Test
    void normsInsideLayersAreRefused() {
        refused(
                TinyModel.llama().bitNetConfig("\"use_rms_norm\":true"),
                "quantization_config.use_rms_norm");
    }

    @Test
    void brokenPatternIsRefused() {
        refused(
                TinyModel.llama().bitNetConfig("\"modules_to_not_convert\":[\"(\"]"),
                "modules_to_not_convert",
                "got (");
    }

    @Test
    void patternThatTakesForeverIsRefused() {
        refused(
                TinyModel.bitNet()
                        .bitNetConfig("\"modules_to_not_convert\":[\"([a-z_.0-9]+)+\\\\1X\"]"),
                "modules_to_not_convert: ([a-z_.0-9]+)+\\1X reads more than 20000 characters of model");
    }

    @Test
    void patternThatIsTooLongIsRefused() {
        refused(
                TinyModel.bitNet()
                        .bitNetConfig("\"modules_to_not_convert\":[\"" + "(a".repeat(300) + "\"]"),
                "modules_to_not_convert: expected entries of at most 500 characters, got 600");
    }

    @Test
    void patternsThatAreNoStringsAreRefused() {
        refused(
                TinyModel.llama().bitNetConfig("\"modules_to_not_convert\":[7]"),
                "modules_to_not_convert: expected a list of strings, got [7]");
    }

    @Test
    void mlxGroupsAreRead() {
        var model = TinyModel.llama().key("quantization", "{\"bits\":4,\"group_size\":64}");
        assertEquals(new Mlx(new Groups(4, 64), Map.of()), read(model));
    }

    @Test
    void mlxGroupsAreReadFromTheOtherKey() {
        var model =
                TinyModel.llama()
                        .key(
                                "quantization_config",
                                "{\"bits\":1,\"group_size\":128,\"mode\":\"affine\"}");
        assertEquals(new Mlx(new Groups(1, 128), Map.of()), read(model));
    }

    @Test
    void mlxModulesMayHaveTheirOwn() {
        var model =
                TinyModel.llama()
                        .key(
                                "quantization",
                                "{\"bits\":2,\"group_size\":128,\"lm_head\":false,\"model.a\":true,\"model.b\":{\"bits\":8,\"group_size\":32}}");
        assertEquals(
                new Mlx(
                        new Groups(2, 128),
                        Map.of(
                                "lm_head",
                                new Plain(),
                                "model.a",
                                new Groups(2, 128),
                                "model.b",
                                new Groups(8, 32))),
                read(model));
    }

    @Test
    void otherWidthsAreRefused() {
        refused(
                TinyModel.llama().key("quantization", "{\"bits\":7,\"group_size\":64}"),
                "quantization.bits: expected 1, 2, 3, 4, 5, 6 or 8, got 7");
    }

    @Test
    void otherWidthOfOneModuleIsRefused() {
        refused(
                TinyModel.llama()
                        .key(
                                "quantization",
                                "{\"bits\":4,\"group_size\":64,\"lm_head\":{\"bits\":9,\"group_size\":64}}"),
                "quantization.lm_head.bits",
                "got 9");
    }

    @Test
    void otherMlxModeIsRefused() {
        refused(
                TinyModel.llama()
                        .key("quantization", "{\"bits\":4,\"group_size\":32,\"mode\":\"mxfp4\"}"),
                "quantization.mode: expected affine, got mxfp4");
    }

    @Test
    void missingGroupSizeIsRefused() {
        refused(
                TinyModel.llama().key("quantization", "{\"bits\":4}"),
                "quantization.group_size: expected a positive integer, but the key is missing");
    }

    private static Quantization read(TinyModel model) {
        try (var folder = model.folder()) {
            return ModelConfig.read(folder).quantization();
        }
    }
}
