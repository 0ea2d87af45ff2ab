package dev.trilobit.model.arch;

import static dev.trilobit.model.arch.Refusals.refused;
import static dev.trilobit.model.arch.TinyModel.quoted;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.trilobit.api.program.GateActivation;
import dev.trilobit.api.program.RopeScaling;
import dev.trilobit.api.program.RopeSpec;
import dev.trilobit.model.file.MemoryFolder;
import dev.trilobit.model.file.ModelFormatException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ModelConfigTest {
    private static final String CONFIG = "memory:test/config.json: ";

    @Test
    void factsAreRead() {
        assertEquals(
                new ModelConfig(
                        "llama",
                        16,
                        8,
                        12,
                        1,
                        2,
                        1,
                        4,
                        32,
                        GateActivation.SILU,
                        1e-5f,
                        new RopeSpec(4, 10_000, new RopeScaling.None()),
                        false,
                        new Quantization.None()),
                read(TinyModel.llama()));
    }

    @Test
    void explicitHeadDimGoesBeforeHiddenByHeads() {
        assertEquals(6, read(TinyModel.llama().key("head_dim", "6")).headDim());
    }

    @Test
    void absentKeyValueHeadsAreAsManyAsHeads() {
        assertEquals(2, read(TinyModel.llama().withoutKey("num_key_value_heads")).kvHeads());
    }

    @Test
    void nullCountsAsAbsent() {
        assertEquals(4, read(TinyModel.llama().key("head_dim", "null")).headDim());
    }

    @ParameterizedTest
    @CsvSource({"bitnet, 500000", "llama, 10000", "qwen3, 10000"})
    void absentThetaIsTheFamilys(String type, double theta) {
        var model = TinyModel.llama().key("model_type", quoted(type)).withoutKey("rope_theta");
        assertEquals(theta, read(model).rope().theta());
    }

    @Test
    void ropeParametersOfTransformers5GoFirst() {
        var model =
                TinyModel.llama()
                        .key(
                                "rope_parameters",
                                "{\"rope_type\":\"default\",\"rope_theta\":5000000.0}");
        assertEquals(new RopeSpec(4, 5_000_000, new RopeScaling.None()), read(model).rope());
    }

    @ParameterizedTest
    @ValueSource(strings = {"type", "rope_type"})
    void defaultScalingIsNone(String key) {
        assertEquals(new RopeScaling.None(), scaling("{\"%s\":\"default\"}".formatted(key)));
    }

    @ParameterizedTest
    @ValueSource(strings = {"type", "rope_type"})
    void linearScalingIsRead(String key) {
        assertEquals(
                new RopeScaling.Linear(4),
                scaling("{\"%s\":\"linear\",\"factor\":4.0}".formatted(key)));
    }

    @Test
    void llama3ScalingIsRead() {
        assertEquals(
                new RopeScaling.Llama3(8, 1, 4, 8192),
                scaling(
                        "{\"rope_type\":\"llama3\",\"factor\":8.0,\"low_freq_factor\":1.0,\"high_freq_factor\":4.0,\"original_max_position_embeddings\":8192}"));
    }

    @Test
    void yarnScalingTakesTheDefaultsOfTransformers() {
        assertEquals(
                new RopeScaling.Yarn(4, 32, 32, 1, 0.1 * Math.log(4) + 1),
                scaling("{\"type\":\"yarn\",\"factor\":4.0}"));
    }

    @Test
    void yarnScalingIsRead() {
        assertEquals(
                new RopeScaling.Yarn(4, 8, 16, 2, 1.5),
                scaling(
                        "{\"rope_type\":\"yarn\",\"factor\":4.0,\"original_max_position_embeddings\":8,\"beta_fast\":16,\"beta_slow\":2,\"attention_factor\":1.5}"));
    }

    @Test
    void yarnAttentionFactorComesFromTwoMscales() {
        double expected = (0.2 * Math.log(4) + 1) / (0.05 * Math.log(4) + 1);
        assertEquals(
                new RopeScaling.Yarn(4, 32, 32, 1, expected),
                scaling(
                        "{\"type\":\"yarn\",\"factor\":4.0,\"mscale\":2.0,\"mscale_all_dim\":0.5}"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"longrope", "dynamic", "su", "mrope"})
    void otherScalingsAreRefused(String type) {
        refused(
                TinyModel.llama().key("rope_scaling", "{\"rope_type\":\"%s\"}".formatted(type)),
                CONFIG,
                "rope_scaling.rope_type: expected default, linear, llama3 or yarn, got " + type);
    }

    @Test
    void scalingWithoutTypeIsRefused() {
        refused(TinyModel.llama().key("rope_scaling", "{\"factor\":2.0}"), "rope_type", "got none");
    }

    @Test
    void scalingWithoutItsNumbersIsRefused() {
        refused(
                TinyModel.llama().key("rope_scaling", "{\"rope_type\":\"llama3\"}"),
                "rope_scaling.factor",
                "rope_scaling.low_freq_factor",
                "rope_scaling.high_freq_factor",
                "rope_scaling.original_max_position_embeddings");
    }

    @Test
    void scalingWithABadNumberIsRefused() {
        refused(
                TinyModel.llama().key("rope_scaling", "{\"type\":\"linear\",\"factor\":-2}"),
                "rope_scaling.rope_type: linear factor must be positive, got -2.0");
    }

    @Test
    void yarnWithoutTruncationIsRefused() {
        refused(
                TinyModel.llama()
                        .key("rope_scaling", "{\"type\":\"yarn\",\"factor\":2,\"truncate\":false}"),
                "rope_scaling.truncate");
    }

    @Test
    void partialRotationIsRefused() {
        refused(
                TinyModel.llama().key("partial_rotary_factor", "0.5"),
                "partial_rotary_factor: expected 1, got 0.5");
    }

    @Test
    void ropeParametersOfSeveralKindsOfLayersAreRefused() {
        refused(
                TinyModel.llama()
                        .key(
                                "rope_parameters",
                                "{\"full_attention\":{\"rope_type\":\"yarn\",\"factor\":4},"
                                        + "\"sliding_attention\":{\"rope_type\":\"default\"}}"),
                "rope_parameters.full_attention: expected a number or a string, got an object",
                "rope_parameters.sliding_attention: ");
    }

    @Test
    void ropeParametersWithoutTypeAndThetaAreRefused() {
        refused(
                TinyModel.llama().key("rope_parameters", "{\"factor\":4}"),
                "rope_parameters.rope_type: expected this key or rope_theta, got neither");
    }

    @Test
    void emptyRopeParametersAreNone() {
        assertEquals(
                new RopeScaling.None(),
                read(TinyModel.llama().key("rope_parameters", "{}")).rope().scaling());
    }

    @Test
    void headsOfAQwen3AreOfItsFamilysSizeIfNotSaid() {
        assertEquals(128, read(TinyModel.qwen3().withoutKey("head_dim")).headDim());
    }

    @Test
    void partialRotationInRopeParametersIsRefused() {
        refused(
                TinyModel.llama().key("rope_parameters", "{\"partial_rotary_factor\":0.25}"),
                "rope_parameters.partial_rotary_factor: expected 1, got 0.25");
    }

    @Test
    void unknownFamilyIsRefusedWithTheOnesThereAre() {
        refused(
                TinyModel.llama().key("model_type", quoted("gemma3")),
                CONFIG + "model_type: expected one of bitnet, llama, qwen3, got \"gemma3\"");
    }

    @Test
    void missingFamilyIsRefused() {
        refused(TinyModel.llama().withoutKey("model_type"), "model_type", "got none");
    }

    @Test
    void allMissingKeysAreNamedAtOnce() {
        var model =
                TinyModel.llama()
                        .withoutKey("vocab_size")
                        .withoutKey("hidden_size")
                        .withoutKey("intermediate_size")
                        .withoutKey("num_hidden_layers")
                        .withoutKey("num_attention_heads")
                        .withoutKey("max_position_embeddings")
                        .withoutKey("hidden_act")
                        .withoutKey("rms_norm_eps");
        refused(
                model,
                CONFIG + "8 problems",
                "vocab_size: expected a positive integer, but the key is missing",
                "hidden_size: ",
                "intermediate_size: ",
                "num_hidden_layers: ",
                "num_attention_heads: ",
                "max_position_embeddings: ",
                "hidden_act: expected a string, but the key is missing",
                "rms_norm_eps: expected a number, but the key is missing");
    }

    @Test
    void illTypedKeysAreNamedAtOnce() {
        var model =
                TinyModel.llama()
                        .key("vocab_size", "\"many\"")
                        .key("hidden_size", "8.5")
                        .key("rms_norm_eps", "true")
                        .key("tie_word_embeddings", "\"yes\"");
        refused(
                model,
                CONFIG + "4 problems",
                "vocab_size: expected a positive integer, got \"many\"",
                "hidden_size: expected a positive integer, got 8.5",
                "rms_norm_eps: expected a number, got true",
                "tie_word_embeddings: expected true or false, got \"yes\"");
    }

    @ParameterizedTest
    @ValueSource(strings = {"0", "-1", "268435457", "99999999999"})
    void countsOutOfRangeAreRefused(String count) {
        refused(
                TinyModel.llama().key("vocab_size", count),
                "vocab_size: expected a positive integer",
                "got " + count);
    }

    @Test
    void absurdNumberOfLayersIsRefused() {
        refused(
                TinyModel.llama().key("num_hidden_layers", "10001"),
                "num_hidden_layers: expected at most 10000, got 10001");
    }

    @Test
    void headsThatDoNotDivideTheWidthAreRefused() {
        refused(
                TinyModel.llama().key("num_attention_heads", "3").key("num_key_value_heads", "3"),
                "num_attention_heads: expected a divisor of hidden_size 8, got 3");
    }

    @Test
    void keyValueHeadsThatDoNotDivideTheHeadsAreRefused() {
        refused(
                TinyModel.llama().key("num_key_value_heads", "3"),
                "num_key_value_heads: expected a divisor of 2 heads, got 3");
    }

    @Test
    void oddHeadIsRefused() {
        refused(TinyModel.llama().key("head_dim", "5"), "rotary head of 5 elements");
    }

    @Test
    void tooWideHeadsAreRefused() {
        refused(TinyModel.llama().key("head_dim", "200000000"), "head_dim", "too wide");
    }

    @Test
    void epsilonOfZeroIsRefused() {
        refused(TinyModel.llama().key("rms_norm_eps", "0"), "rms_norm_eps", "positive");
    }

    @Test
    void otherActivationIsRefused() {
        refused(
                TinyModel.llama().key("hidden_act", quoted("gelu")),
                "hidden_act: expected relu2 or silu, got gelu");
    }

    @ParameterizedTest
    @ValueSource(strings = {"attention_bias", "mlp_bias"})
    void biasesAreRefused(String key) {
        refused(TinyModel.llama().key(key, "true"), key + ": biases are not supported");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "num_experts",
                "num_local_experts",
                "n_routed_experts",
                "moe_intermediate_size"
            })
    void mixturesOfExpertsAreRefused(String key) {
        refused(TinyModel.llama().key(key, "8"), key + ": mixtures of experts");
    }

    @Test
    void slidingWindowInUseIsRefused() {
        refused(
                TinyModel.qwen3().key("use_sliding_window", "true").key("sliding_window", "16"),
                "use_sliding_window: sliding windows are not supported");
    }

    @Test
    void slidingWindowOutOfUseIsAccepted() {
        var model =
                TinyModel.qwen3()
                        .key("use_sliding_window", "false")
                        .key("sliding_window", "16")
                        .key("layer_types", "[\"full_attention\"]");
        assertEquals("qwen3", read(model).architecture());
    }

    @Test
    void slidingLayersAreRefused() {
        refused(
                TinyModel.qwen3().key("layer_types", "[\"full_attention\",\"sliding_attention\"]"),
                "layer_types: expected full_attention alone, got sliding_attention");
    }

    @Test
    void configThatIsNoJsonIsRefused() {
        assertTrue(refusedText("{").contains(CONFIG + "the configuration must be a JSON object"));
    }

    @Test
    void configThatIsNoObjectIsRefused() {
        assertTrue(
                refusedText("[]")
                        .contains(CONFIG + "the configuration must be a JSON object, got ARRAY"));
    }

    @Test
    void folderWithoutConfigIsRefused() {
        try (var folder = new MemoryFolder().with("model.safetensors", "x")) {
            var error = assertThrows(ModelFormatException.class, () -> ModelConfig.read(folder));
            assertEquals(
                    "memory:test: expected config.json, got [model.safetensors]",
                    error.getMessage());
        }
    }

    @Test
    void tiedEmbeddingsAreRead() {
        assertFalse(read(TinyModel.llama()).tiedEmbeddings());
        assertTrue(read(TinyModel.bitNet()).tiedEmbeddings());
    }

    private static String refusedText(String config) {
        try (var folder = new MemoryFolder().with("config.json", config)) {
            var error = assertThrows(ModelFormatException.class, () -> ModelConfig.read(folder));
            return String.valueOf(error.getMessage());
        }
    }

    private static RopeScaling scaling(String json) {
        return read(TinyModel.llama().key("rope_scaling", json)).rope().scaling();
    }

    private static ModelConfig read(TinyModel model) {
        try (var folder = model.folder()) {
            return ModelConfig.read(folder);
        }
    }
}
