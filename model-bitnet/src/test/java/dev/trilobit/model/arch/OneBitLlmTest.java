package dev.trilobit.model.arch;

import static dev.trilobit.model.arch.Refusals.refused;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.trilobit.api.program.ActivationQuant;
import dev.trilobit.api.program.GateActivation;
import dev.trilobit.api.program.Op;
import dev.trilobit.model.arch.Quantization.BitNet;
import dev.trilobit.model.arch.Quantization.BitNet.Storage;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Folders as the 1bitLLM models have them. */
class OneBitLlmTest {
    private static final String ATTENTION_NORM = "model.layers.0.self_attn.inner_attn_ln.weight";
    private static final String FEED_FORWARD_NORM = "model.layers.0.mlp.ffn_layernorm.weight";

    private static TinyModel model() {
        return TinyModel.llama()
                .key("architectures", "[\"BitnetForCausalLM\"]")
                .key("weight_bits", "1")
                .key("input_bits", "8")
                .key("tie_word_embeddings", "true")
                .without("lm_head.weight")
                .zeros(ATTENTION_NORM, 8)
                .zeros(FEED_FORWARD_NORM, 12);
    }

    private static ModelConfig read(TinyModel model) {
        try (var folder = model.folder()) {
            return ModelConfig.read(folder);
        }
    }

    /** The published configurations say llama. */
    @ParameterizedTest
    @ValueSource(strings = {"llama", "bitnet"})
    void classOfTheModelGoesBeforeItsType(String type) {
        ModelConfig config = read(model().key("model_type", TinyModel.quoted(type)));
        assertEquals("bitnet", config.architecture());
        assertEquals(GateActivation.SILU, config.activation());
        assertEquals(new BitNet(Storage.MASTERS, List.of()), config.quantization());
    }

    @Test
    void keysOfTheBitsWillDoWithoutAClass() {
        assertEquals("bitnet", read(model().withoutKey("architectures")).architecture());
    }

    @Test
    void classOfTransformersIsAnother() {
        ModelConfig config =
                read(TinyModel.llama().key("architectures", "[\"BitNetForCausalLM\"]"));
        assertEquals("llama", config.architecture());
    }

    @Test
    void baseOfTheRotationIsThatOfLlama() {
        assertEquals(10_000, read(model().withoutKey("rope_theta")).rope().theta());
    }

    @Test
    void otherBitsAreRefused() {
        refused(model().key("weight_bits", "2"), "weight_bits: expected 1, got 2");
        refused(model().key("input_bits", "4"), "input_bits: expected 8, got 4");
    }

    @Test
    void normsAreThoseOfBitNet() {
        try (var folder = model().folder()) {
            DecoderModel model = DecoderModels.open(folder);
            List<String> norms =
                    model.program().ops().stream()
                            .filter(Op.RmsNorm.class::isInstance)
                            .map(op -> ((Op.RmsNorm) op).gain().name())
                            .toList();
            assertEquals(
                    List.of(
                            "model.layers.0.input_layernorm.weight",
                            "model.layers.0.self_attn.attn_sub_norm.weight",
                            "model.layers.0.post_attention_layernorm.weight",
                            "model.layers.0.mlp.ffn_sub_norm.weight",
                            "model.norm.weight"),
                    norms);
        }
    }

    @Test
    void everyLayerButTheHeadRoundsItsInput() {
        try (var folder = model().folder()) {
            List<Op.Linear> layers =
                    DecoderModels.open(folder).program().ops().stream()
                            .filter(Op.Linear.class::isInstance)
                            .map(Op.Linear.class::cast)
                            .toList();
            assertEquals(8, layers.size());
            assertTrue(
                    layers.stream()
                            .limit(7)
                            .allMatch(op -> op.activations() == ActivationQuant.INT8_PER_TOKEN));
            assertEquals(ActivationQuant.NONE, layers.getLast().activations());
        }
    }

    @Test
    void missingNormIsNamedAsTheFileNamesIt() {
        refused(model().without(FEED_FORWARD_NORM), "1 tensors are missing: " + FEED_FORWARD_NORM);
    }

    @Test
    void halfOfTheOlderNamesIsRefused() {
        refused(
                model().without(FEED_FORWARD_NORM)
                        .zeros("model.layers.0.mlp.ffn_sub_norm.weight", 12),
                "missing: " + FEED_FORWARD_NORM,
                "unknown to this architecture: model.layers.0.mlp.ffn_sub_norm.weight");
    }
}
