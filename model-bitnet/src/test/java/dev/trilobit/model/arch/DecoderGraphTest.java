package dev.trilobit.model.arch;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.trilobit.api.program.Op;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class DecoderGraphTest {
    @Test
    void bitNetHasSubNormsReluSquaredAndATiedHead() {
        assertEquals(
                List.of(
                        "0 = embed embed_tokens f32",
                        "1 = norm(0) input_layernorm",
                        "2 = linear(1) self_attn.q_proj ternary INT8_PER_TOKEN",
                        "3 = linear(1) self_attn.k_proj ternary INT8_PER_TOKEN",
                        "4 = linear(1) self_attn.v_proj ternary INT8_PER_TOKEN",
                        "5 = rope(2)",
                        "6 = rope(3)",
                        "7 = attend(5, 6, 4)",
                        "8 = norm(7) self_attn.attn_sub_norm",
                        "9 = linear(8) self_attn.o_proj ternary INT8_PER_TOKEN",
                        "10 = add(0, 9)",
                        "11 = norm(10) post_attention_layernorm",
                        "12 = linear(11) mlp.gate_proj ternary INT8_PER_TOKEN",
                        "13 = linear(11) mlp.up_proj ternary INT8_PER_TOKEN",
                        "14 = gate(12, 13) RELU_SQUARED",
                        "15 = norm(14) mlp.ffn_sub_norm",
                        "16 = linear(15) mlp.down_proj ternary INT8_PER_TOKEN",
                        "17 = add(10, 16)",
                        "18 = norm(17) norm",
                        "19 = linear(18) embed_tokens f32 NONE"),
                ops(TinyModel.bitNet()));
    }

    @Test
    void llamaOfBitLinearLayersHasNoSubNormsAndAHeadOfItsOwn() {
        List<String> ops =
                ops(TinyModel.llama().packed().bitNetConfig("\"linear_class\":\"bitlinear\""));
        assertEquals(
                List.of(
                        "0 = embed embed_tokens f32",
                        "1 = norm(0) input_layernorm",
                        "2 = linear(1) self_attn.q_proj ternary INT8_PER_TOKEN",
                        "3 = linear(1) self_attn.k_proj ternary INT8_PER_TOKEN",
                        "4 = linear(1) self_attn.v_proj ternary INT8_PER_TOKEN",
                        "5 = rope(2)",
                        "6 = rope(3)",
                        "7 = attend(5, 6, 4)",
                        "8 = linear(7) self_attn.o_proj ternary INT8_PER_TOKEN",
                        "9 = add(0, 8)",
                        "10 = norm(9) post_attention_layernorm",
                        "11 = linear(10) mlp.gate_proj ternary INT8_PER_TOKEN",
                        "12 = linear(10) mlp.up_proj ternary INT8_PER_TOKEN",
                        "13 = gate(11, 12) SILU",
                        "14 = linear(13) mlp.down_proj ternary INT8_PER_TOKEN",
                        "15 = add(9, 14)",
                        "16 = norm(15) norm",
                        "17 = linear(16) lm_head f32 NONE"),
                ops);
    }

    @Test
    void qwen3NormsEachHeadBeforeTheRotation() {
        assertEquals(
                List.of(
                        "0 = embed embed_tokens f32",
                        "1 = norm(0) input_layernorm",
                        "2 = linear(1) self_attn.q_proj f32 NONE",
                        "3 = linear(1) self_attn.k_proj f32 NONE",
                        "4 = linear(1) self_attn.v_proj f32 NONE",
                        "5 = norm(2) self_attn.q_norm",
                        "6 = norm(3) self_attn.k_norm",
                        "7 = rope(5)",
                        "8 = rope(6)",
                        "9 = attend(7, 8, 4)",
                        "10 = linear(9) self_attn.o_proj f32 NONE",
                        "11 = add(0, 10)",
                        "12 = norm(11) post_attention_layernorm",
                        "13 = linear(12) mlp.gate_proj f32 NONE",
                        "14 = linear(12) mlp.up_proj f32 NONE",
                        "15 = gate(13, 14) SILU",
                        "16 = linear(15) mlp.down_proj f32 NONE",
                        "17 = add(11, 16)",
                        "18 = norm(17) norm",
                        "19 = linear(18) lm_head f32 NONE"),
                ops(TinyModel.qwen3()));
    }

    @Test
    void layersFollowEachOther() {
        List<String> ops = ops(TinyModel.bitNet().layers(3));
        assertEquals(1 + 3 * 17 + 2, ops.size());
        for (int layer = 1; layer < 3; layer++) {
            int first = 1 + 17 * layer;
            String name = "layers.%d.".formatted(layer);
            assertEquals(
                    "%d = norm(%d) %sinput_layernorm".formatted(first, first - 1, name),
                    ops.get(first));
            assertEquals(
                    "%d = linear(%d) %smlp.down_proj ternary INT8_PER_TOKEN"
                            .formatted(first + 15, first + 14, name),
                    ops.get(first + 15));
            assertEquals(
                    "%d = add(%d, %d)".formatted(first + 16, first + 9, first + 15),
                    ops.get(first + 16));
        }
        assertEquals("52 = norm(51) norm", ops.get(52));
    }

    private static List<String> ops(TinyModel tiny) {
        try (var folder = tiny.folder()) {
            var lines = new ArrayList<String>();
            for (Op op : DecoderModels.open(folder).program().ops()) {
                var inputs = op.inputs().stream().map(v -> String.valueOf(v.id())).toList();
                lines.add(
                        "%d = %s(%s)%s"
                                .formatted(
                                        op.out().id(),
                                        name(op),
                                        String.join(", ", inputs),
                                        detail(op))
                                .replace("()", "")
                                .replace(".weight", "")
                                .replace("model.layers.0.", "")
                                .replace("model.", ""));
            }
            return lines;
        }
    }

    private static String name(Op op) {
        return switch (op) {
            case Op.Embed _ -> "embed";
            case Op.Linear _ -> "linear";
            case Op.RmsNorm _ -> "norm";
            case Op.Rope _ -> "rope";
            case Op.Attend _ -> "attend";
            case Op.Gate _ -> "gate";
            case Op.Add _ -> "add";
        };
    }

    private static String detail(Op op) {
        return switch (op) {
            case Op.Embed embed ->
                    " " + embed.table().name() + " " + embed.table().format().label();
            case Op.Linear linear ->
                    " %s %s %s"
                            .formatted(
                                    linear.weight().name(),
                                    linear.weight().format().label(),
                                    linear.activations());
            case Op.RmsNorm norm -> " " + norm.gain().name();
            case Op.Gate gate -> " " + gate.activation();
            case Op.Rope _, Op.Attend _, Op.Add _ -> "";
        };
    }
}
