package dev.trilobit.model.arch;

import static org.junit.jupiter.api.Assertions.assertAll;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.trilobit.api.program.GateActivation;
import dev.trilobit.api.program.RopeScaling;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What the metadata of a GGUF file mean, and what is refused. */
class GgufConfigTest {
    private static ModelConfig read(TinyGguf model) {
        try (var folder = model.folder()) {
            return ModelConfig.read(folder);
        }
    }

    @ParameterizedTest
    @CsvSource({
        "bitnet-b1.58, bitnet, RELU_SQUARED",
        "bitnet-25, bitnet, RELU_SQUARED",
        "bitnet, bitnet, SILU",
        "llama, llama, SILU",
        "qwen3, qwen3, SILU"
    })
    void architectureIsAFamilyAndAFunctionOfTheGate(
            String name, String family, GateActivation activation) {
        ModelConfig config = read(TinyGguf.of(name));
        assertEquals(family, config.architecture());
        assertEquals(activation, config.activation());
    }

    @Test
    void sizesAreThoseOfTheKeys() {
        ModelConfig config =
                read(TinyGguf.llama().number("rope.freq_base", 250_000).count("vocab_size", 15));
        assertAll(
                () -> assertEquals(16, config.vocabulary(), "the rows of the table count"),
                () -> assertEquals(256, config.hidden()),
                () -> assertEquals(512, config.intermediate()),
                () -> assertEquals(1, config.layers()),
                () -> assertEquals(4, config.heads()),
                () -> assertEquals(2, config.kvHeads()),
                () -> assertEquals(64, config.headDim()),
                () -> assertEquals(64, config.maxContextTokens()),
                () -> assertEquals(1e-5f, config.normEpsilon()),
                () -> assertEquals(250_000, config.rope().theta()),
                () -> assertFalse(config.tiedEmbeddings()));
    }

    @Test
    void whatFilesLeaveOutIsAssumed() {
        ModelConfig config =
                read(TinyGguf.llama().withoutKey("attention.head_count_kv").count("vocab_size", 3));
        assertEquals(4, config.kvHeads());
        assertEquals(10_000, config.rope().theta());
        assertEquals(new RopeScaling.None(), config.rope().scaling());
    }

    @Test
    void layersThatDifferAreShownUpToAHundred() {
        int[] widths = new int[5000];
        Arrays.fill(widths, 512);
        widths[1] = 256;
        String message =
                TinyGguf.llama()
                        .counts("feed_forward_length", widths)
                        .refused("expected the same number for each layer, got [512, 256, 512");
        assertTrue(message.contains("and 4900 more]"), message);
        assertTrue(message.length() < 2000, message);
    }

    @Test
    void lengthOfAHeadGoesBeforeTheWidth() {
        ModelConfig config =
                read(
                        TinyGguf.of("qwen3")
                                .count("attention.key_length", 32)
                                .count("attention.value_length", 32));
        assertEquals(32, config.headDim());
    }

    @Test
    void missingHeadIsTiedToTheTable() {
        assertTrue(read(TinyGguf.llama().without("output.weight")).tiedEmbeddings());
    }

    @Test
    void sameNumberForEachLayerIsOneNumber() {
        ModelConfig config =
                read(
                        TinyGguf.llama()
                                .counts("attention.head_count", 4, 4)
                                .counts("attention.head_count_kv", 2, 2)
                                .counts("feed_forward_length", 512, 512));
        assertEquals(4, config.heads());
        assertEquals(2, config.kvHeads());
        assertEquals(512, config.intermediate());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"attention.head_count", "attention.head_count_kv", "feed_forward_length"})
    void numbersThatDifferByLayerAreRefused(String key) {
        TinyGguf.llama()
                .counts(key, 2, 4)
                .refused(
                        "key llama."
                                + key
                                + ": expected the same number for each layer, got [2, 4]");
    }

    @Test
    void emptyArrayIsRefused() {
        TinyGguf.llama()
                .counts("attention.head_count")
                .refused("llama.attention.head_count: expected the same number for each layer");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "block_count",
                "context_length",
                "embedding_length",
                "feed_forward_length",
                "attention.head_count",
                "attention.layer_norm_rms_epsilon"
            })
    void missingKeyIsNamed(String key) {
        TinyGguf.llama()
                .withoutKey(key)
                .refused("memory:test", "key llama." + key, "but the key is missing");
    }

    @ParameterizedTest
    @ValueSource(strings = {"block_count", "embedding_length", "attention.head_count"})
    void zeroIsNoSize(String key) {
        TinyGguf.llama()
                .count(key, 0)
                .refused("key llama." + key + ": expected a positive integer, got 0");
    }

    @Test
    void keyOfAnotherTypeIsOneProblemOfSeveral() {
        String message =
                TinyGguf.llama()
                        .word("block_count", "one")
                        .count("attention.head_count_kv", 3)
                        .refused("2 problems", "llama.block_count", "expected an integer");
        assertTrue(message.contains("llama.attention.head_count_kv"), message);
    }

    @Test
    void architectureThatIsMissingOrUnknownIsRefused() {
        String expected =
                "key general.architecture: expected one of bitnet-b1.58, bitnet-25, bitnet, llama,"
                        + " qwen3, got ";
        TinyGguf.llama().withoutKey("general.architecture").refused(expected + "none");
        TinyGguf.llama().text("general.architecture", "gemma3").refused(expected + "gemma3");
        TinyGguf.llama().text("general.architecture", "BitNet").refused(expected + "BitNet");
    }

    @Test
    void fileThatIsNoModelIsRefused() {
        TinyGguf.llama()
                .text("general.type", "adapter")
                .refused("key general.type: expected model, got adapter");
    }

    @Test
    void moreLayersThanAnyModelHasAreRefused() {
        TinyGguf.llama()
                .count("block_count", 10_001)
                .refused("key llama.block_count: expected at most 10000, got 10001");
    }

    @Test
    void headsThatDoNotDivideAreRefused() {
        TinyGguf.llama()
                .count("attention.head_count_kv", 3)
                .refused("attention.head_count_kv: expected a divisor of 4 heads, got 3");
        TinyGguf.llama()
                .count("attention.head_count", 6)
                .refused("attention.head_count: expected a divisor of embedding_length 256, got 6");
    }

    @Test
    void valuesOfAnotherLengthThanKeysAreRefused() {
        TinyGguf.llama()
                .count("attention.value_length", 128)
                .refused("attention.value_length: expected attention.key_length 64, got 128");
    }

    @Test
    void moreIdsThanRowsAreRefused() {
        TinyGguf.llama()
                .count("vocab_size", 17)
                .refused("vocab_size: expected at most the 16 rows of token_embd.weight, got 17");
    }

    @Test
    void epsilonThatIsNotPositiveIsRefused() {
        TinyGguf.llama()
                .number("attention.layer_norm_rms_epsilon", 0)
                .refused("layer_norm_rms_epsilon: expected a positive number, got 0.0");
    }

    @ParameterizedTest
    @CsvSource({
        "expert_count, 8, mixtures of experts",
        "expert_used_count, 2, mixtures of experts",
        "attention.sliding_window, 512, sliding windows",
        "nextn_predict_layers, 1, layers beyond the last"
    })
    void otherGraphsAreRefusedByName(String key, int value, String sentence) {
        TinyGguf.llama()
                .count(key, value)
                .refused("key llama." + key + ": " + sentence, "not supported, got " + value);
    }

    @ParameterizedTest
    @CsvSource({
        "attention.clamp_kqv, clamped attention",
        "attention.max_alibi_bias, ALiBi",
        "attn_logit_softcapping, soft caps",
        "final_logit_softcapping, soft caps",
        "embedding_scale, a scale of this kind",
        "residual_scale, a scale of this kind",
        "logit_scale, a scale of this kind",
        "rope.scaling.attn_factor, a factor on attention"
    })
    void otherArithmeticIsRefusedByName(String key, String sentence) {
        TinyGguf.llama()
                .number(key, 0.25)
                .refused("key llama." + key + ": " + sentence, "not supported, got 0.25");
    }

    @ParameterizedTest
    @ValueSource(strings = {"expert_count", "attention.sliding_window"})
    void zeroStandsForNone(String key) {
        assertEquals(1, read(TinyGguf.llama().count(key, 0)).layers());
    }

    @Test
    void slidingWindowOfSomeLayersIsRefused() {
        TinyGguf.llama()
                .counts("attention.sliding_window", 0, 512)
                .refused("sliding windows are not supported, got 512");
    }

    @Test
    void otherAttentionIsRefused() {
        TinyGguf.llama()
                .flag("attention.causal", false)
                .refused("attention.causal: attention to later tokens is not supported");
        TinyGguf.llama()
                .flag("use_parallel_residual", true)
                .refused("use_parallel_residual: parallel residuals are not supported");
        TinyGguf.llama()
                .number("attention.scale", 0.5)
                .refused("attention.scale: expected 1 / sqrt(64), got 0.5");
    }

    @Test
    void scaleThatIsTheUsualOneIsAccepted() {
        assertEquals(64, read(TinyGguf.llama().number("attention.scale", 0.125)).headDim());
    }

    @Test
    void turnedBasisOfBonsai2IsRefusedByItsKeys() {
        TinyGguf.of("qwen3")
                .text("prism.hadamard.version", "1")
                .text("prism.hadamard.transform", "fwht")
                .refused(
                        "keys prism.hadamard.version, prism.hadamard.transform: ",
                        "signed Walsh-Hadamard transform, which is not supported");
    }
}
