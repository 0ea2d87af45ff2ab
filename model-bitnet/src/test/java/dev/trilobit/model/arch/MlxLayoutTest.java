package dev.trilobit.model.arch;

import static dev.trilobit.model.arch.Refusals.refused;
import static org.junit.jupiter.api.Assertions.assertAll;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.trilobit.api.quant.Affine;
import dev.trilobit.api.quant.Binary;
import dev.trilobit.api.quant.FloatType;
import dev.trilobit.api.quant.MatrixShape;
import dev.trilobit.api.quant.ReferenceCodec;
import dev.trilobit.api.quant.Weight;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

/** A head of [16, 32], so that a row is one group and, at one bit, one word. */
class MlxLayoutTest {
    private static final String ONE_BIT = "{\"bits\":1,\"group_size\":32}";

    @Test
    void oneBitIsBinary() {
        var words = new byte[16 * 4];
        words[4] = 0b101; // row 1: weights 0 and 2
        words[7] = (byte) 0x80; // and 31
        Weight head =
                head(
                        wide(ONE_BIT)
                                .tensor("lm_head.weight", "U32", words, 16, 1)
                                .tensor("lm_head.scales", "F16", halves(0x4000), 16, 1)
                                .tensor("lm_head.biases", "F16", halves(0xbc00), 16, 1));
        var expected = new double[32];
        Arrays.fill(expected, -1);
        expected[0] = 1;
        expected[2] = 1;
        expected[31] = 1;
        assertAll(
                () ->
                        assertEquals(
                                new Binary(32, Binary.Mode.AFFINE, FloatType.F16), head.format()),
                () -> assertEquals(new MatrixShape(16, 32), head.shape()),
                () -> assertArrayEquals(expected, ReferenceCodec.decodeRow(head, 1)));
    }

    @Test
    void moreBitsAreAffine() {
        var words = new byte[16 * 12];
        words[0] = (byte) 0b11_010_001; // 1, 2, then the low bits of 3
        Weight head =
                head(
                        wide("{\"bits\":3,\"group_size\":32}")
                                .tensor("lm_head.weight", "U32", words, 16, 3)
                                .tensor("lm_head.scales", "BF16", halves(0x3f80), 16, 1)
                                .tensor("lm_head.biases", "BF16", halves(0xbf80), 16, 1));
        assertAll(
                () -> assertEquals(new Affine(3, 32, FloatType.BF16), head.format()),
                () -> assertEquals(0, ReferenceCodec.decode(head, 0, 0)),
                () -> assertEquals(1, ReferenceCodec.decode(head, 0, 1)),
                () -> assertEquals(2, ReferenceCodec.decode(head, 0, 2)),
                () -> assertEquals(-1, ReferenceCodec.decode(head, 0, 3)));
    }

    @Test
    void moduleWithoutScalesIsDense() {
        assertEquals("f32", head(wide(ONE_BIT)).format().label());
    }

    @Test
    void moduleTurnedOffIsDense() {
        var model = oneBit(wide("{\"bits\":1,\"group_size\":32,\"lm_head\":false}"));
        refused(model, "tensor lm_head.weight", "[16, 32], got U32 [16, 1]");
    }

    @Test
    void moduleWithGroupsOfItsOwnUsesThem() {
        var model =
                oneBit(
                        wide(
                                "{\"bits\":4,\"group_size\":64,\"lm_head\":{\"bits\":1,\"group_size\":32}}"));
        assertEquals("binary-affine-g32", head(model).format().label());
    }

    @Test
    void moduleTurnedOnMustHaveScales() {
        refused(
                wide("{\"bits\":1,\"group_size\":32,\"lm_head\":true}"),
                "tensor lm_head.weight",
                "expected U32 [16, 1], got F32 [16, 32]",
                "lm_head.scales",
                "lm_head.biases");
    }

    @Test
    void missingBiasesAreNamed() {
        refused(oneBit(wide(ONE_BIT)).without("lm_head.biases"), "missing: lm_head.biases");
    }

    @Test
    void biasesOfAnotherTypeAreRefused() {
        refused(
                oneBit(wide(ONE_BIT)).tensor("lm_head.biases", "BF16", halves(0), 16, 1),
                "tensor lm_head.biases",
                "expected F16 [16, 1], got BF16 [16, 1]");
    }

    @Test
    void scalesOfAnotherGroupSizeAreRefused() {
        refused(
                oneBit(wide(ONE_BIT)).tensor("lm_head.scales", "F16", new byte[64], 16, 2),
                "tensor lm_head.scales",
                "[16, 1], got F16 [16, 2]");
    }

    @Test
    void rowsThatDoNotDivideIntoGroupsAreRefused() {
        refused(
                oneBit(wide("{\"bits\":1,\"group_size\":128}")),
                "module lm_head: [16, 32] does not divide into groups of 128 weights");
    }

    private static TinyModel oneBit(TinyModel model) {
        return model.tensor("lm_head.weight", "U32", new byte[64], 16, 1)
                .tensor("lm_head.scales", "F16", halves(0x3c00), 16, 1)
                .tensor("lm_head.biases", "F16", halves(0), 16, 1);
    }

    /** A Llama of width 32. */
    private static TinyModel wide(String quantization) {
        return TinyModel.llama()
                .key("hidden_size", "32")
                .key("head_dim", "4")
                .key("quantization", quantization)
                .zeros("model.embed_tokens.weight", 16, 32)
                .zeros("lm_head.weight", 16, 32)
                .zeros("model.norm.weight", 32)
                .zeros("model.layers.0.input_layernorm.weight", 32)
                .zeros("model.layers.0.post_attention_layernorm.weight", 32)
                .zeros("model.layers.0.self_attn.q_proj.weight", 8, 32)
                .zeros("model.layers.0.self_attn.k_proj.weight", 4, 32)
                .zeros("model.layers.0.self_attn.v_proj.weight", 4, 32)
                .zeros("model.layers.0.self_attn.o_proj.weight", 32, 8)
                .zeros("model.layers.0.mlp.gate_proj.weight", 12, 32)
                .zeros("model.layers.0.mlp.up_proj.weight", 12, 32)
                .zeros("model.layers.0.mlp.down_proj.weight", 32, 12);
    }

    private static byte[] halves(int bits) {
        var bytes = new byte[32];
        for (int i = 0; i < bytes.length; i += 2) {
            bytes[i] = (byte) bits;
            bytes[i + 1] = (byte) (bits >> 8);
        }
        return bytes;
    }

    private static Weight head(TinyModel model) {
        // Closed by nobody: the weight is read after this method.
        return DecoderModels.open(model.folder()).weights().weight("lm_head.weight");
    }
}
