package dev.trilobit.model.arch;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.trilobit.api.program.ActivationQuant;
import dev.trilobit.api.program.Op;
import dev.trilobit.api.program.Program;
import dev.trilobit.model.file.GgmlType;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

class ActivationChoiceTest {
    private static final String UP = "blk.0.ffn_up";
    private static final String UP_PROJ = "model.layers.0.mlp.up_proj.weight";
    private static final String HEAD = "lm_head.weight";

    private static Map<String, ActivationQuant> rounding(Program program) {
        return program.ops().stream()
                .filter(Op.Linear.class::isInstance)
                .map(Op.Linear.class::cast)
                .filter(layer -> layer.activations().rounds())
                .collect(Collectors.toMap(layer -> layer.weight().name(), Op.Linear::activations));
    }

    @Test
    void int8RoundsTheInputOfLayersInGroupsAndBlocksAndLeavesDenseOnes() {
        for (GgmlType type : List.of(GgmlType.Q1_0, GgmlType.Q4_0, GgmlType.Q6_K)) {
            TinyGguf.of("qwen3")
                    .zeros(UP, type, 512, 256)
                    .open(
                            model -> {
                                Program int8 =
                                        ActivationChoice.INT8.apply(
                                                "m", model.config(), model.program());
                                assertEquals(
                                        Map.of(UP_PROJ, ActivationQuant.INT8_PER_GROUP),
                                        rounding(int8));
                                assertEquals(model.program(), ActivationChoice.asTrained(int8));
                            });
        }
    }

    @Test
    void theHeadIsALayerLikeAnyOther() {
        TinyGguf.of("qwen3")
                .zeros("output", GgmlType.Q8_0, 16, 256)
                .open(
                        model ->
                                assertEquals(
                                        Map.of(HEAD, ActivationQuant.INT8_PER_GROUP),
                                        rounding(
                                                ActivationChoice.INT8.apply(
                                                        "m", model.config(), model.program()))));
    }

    @Test
    void aBitNetModelKeepsItsOwnRuleAndRefusesFloat() {
        TinyGguf.of("bitnet-b1.58")
                .zeros(UP, GgmlType.I2_S, 512, 256)
                .open(
                        model -> {
                            assertEquals(
                                    model.program(),
                                    ActivationChoice.INT8.apply(
                                            "m", model.config(), model.program()));
                            var e =
                                    assertThrows(
                                            IllegalArgumentException.class,
                                            () ->
                                                    ActivationChoice.FLOAT.apply(
                                                            "m", model.config(), model.program()));
                            assertEquals(
                                    "activations: m rounds them to int8 by its own definition, as every"
                                            + " BitNet b1.58 model; float is for models of quantized"
                                            + " weights alone",
                                    e.getMessage());
                        });
    }

    @Test
    void floatTakesBackWhatWasOnlyInferredFromATypeOfWeights() {
        TinyGguf.llama()
                .zeros(UP, GgmlType.TQ2_0, 512, 256)
                .open(
                        model -> {
                            assertEquals(
                                    Map.of(UP_PROJ, ActivationQuant.INT8_PER_TOKEN),
                                    rounding(model.program()));
                            assertEquals(
                                    Map.of(),
                                    rounding(
                                            ActivationChoice.FLOAT.apply(
                                                    "m", model.config(), model.program())));
                        });
    }

    @Test
    void int8IsRefusedWhereAllLayersAreDense() {
        TinyGguf.of("qwen3")
                .open(
                        model -> {
                            var e =
                                    assertThrows(
                                            IllegalArgumentException.class,
                                            () ->
                                                    ActivationChoice.INT8.apply(
                                                            "m", model.config(), model.program()));
                            assertEquals(
                                    "activations: int8 needs linear layers whose weights are in groups"
                                            + " or blocks; m has none",
                                    e.getMessage());
                        });
    }

    @Test
    void onlyFloatAndInt8HaveNames() {
        assertEquals(ActivationChoice.INT8, ActivationChoice.of("int8"));
        assertEquals(ActivationChoice.FLOAT, ActivationChoice.of("float"));
        for (String name : List.of("model", "INT8", "")) {
            var e = assertThrows(IllegalArgumentException.class, () -> ActivationChoice.of(name));
            assertEquals("activations: expected float or int8, got " + name, e.getMessage());
        }
    }
}
