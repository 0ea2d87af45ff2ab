package dev.trilobit.model.arch;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.trilobit.api.program.ActivationQuant;
import dev.trilobit.api.program.Op;
import dev.trilobit.api.quant.FloatType;
import dev.trilobit.api.quant.ReferenceCodec;
import dev.trilobit.api.quant.UnusableWeightException;
import dev.trilobit.api.quant.Weight;
import dev.trilobit.model.file.GgmlType;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What becomes of the tensors of a GGUF file. */
class GgufModelsTest {
    private static final String UP = "blk.0.ffn_up";
    private static final String UP_PROJ = "model.layers.0.mlp.up_proj.weight";

    @Test
    void programHasTheNamesOfTransformers() {
        assertNames(TinyModel.bitNet(), TinyGguf.of("bitnet-b1.58").without("output.weight"));
        assertNames(TinyModel.qwen3(), TinyGguf.of("qwen3"));
        assertNames(TinyModel.llama(), TinyGguf.llama());
    }

    private static void assertNames(TinyModel expected, TinyGguf gguf) {
        try (var folder = expected.folder()) {
            Set<String> names = DecoderModels.open(folder).program().weights().keySet();
            gguf.open(model -> assertEquals(names, model.program().weights().keySet()));
        }
    }

    @Test
    void weightsAgreeWithTheProgramInEveryName() {
        TinyGguf.of("bitnet")
                .zeros(UP, GgmlType.TQ1_0, 512, 256)
                .open(
                        model ->
                                model.program()
                                        .weights()
                                        .forEach(
                                                (name, ref) -> {
                                                    Weight weight = model.weights().weight(name);
                                                    assertEquals(name, weight.name());
                                                    assertEquals(ref.shape(), weight.shape());
                                                    assertEquals(ref.format(), weight.format());
                                                }));
    }

    @ParameterizedTest
    @ValueSource(strings = {"bitnet-b1.58", "bitnet-25", "bitnet"})
    void bitNetRoundsTheInputOfEveryLayerButTheHead(String architecture) {
        TinyGguf.of(architecture)
                .zeros(UP, GgmlType.I2_S, 512, 256)
                .zeros("blk.0.ffn_down", GgmlType.F16, 256, 512)
                .open(
                        model -> {
                            Map<String, ActivationQuant> rounding = rounding(model);
                            assertEquals(8, rounding.size());
                            assertEquals(ActivationQuant.NONE, rounding.remove("lm_head.weight"));
                            assertEquals(
                                    Set.of(ActivationQuant.INT8_PER_TOKEN),
                                    Set.copyOf(rounding.values()));
                        });
    }

    @ParameterizedTest
    @EnumSource(GgmlType.class)
    void llamaRoundsTheInputOfTheTypesOfBitNet(GgmlType type) {
        boolean bitNet = Set.of(GgmlType.I2_S, GgmlType.TQ1_0, GgmlType.TQ2_0).contains(type);
        TinyGguf.llama()
                .zeros(UP, type, 512, 256)
                .open(
                        model -> {
                            Map<String, ActivationQuant> rounding = rounding(model);
                            assertEquals(
                                    bitNet ? ActivationQuant.INT8_PER_TOKEN : ActivationQuant.NONE,
                                    rounding.remove(UP_PROJ));
                            assertEquals(
                                    Set.of(ActivationQuant.NONE), Set.copyOf(rounding.values()));
                        });
    }

    @ParameterizedTest
    @EnumSource(GgmlType.class)
    void qwen3RoundsNothing(GgmlType type) {
        TinyGguf.of("qwen3")
                .zeros(UP, type, 512, 256)
                .open(
                        model ->
                                assertEquals(
                                        Set.of(ActivationQuant.NONE),
                                        Set.copyOf(rounding(model).values())));
    }

    private static Map<String, ActivationQuant> rounding(DecoderModel model) {
        return model.program().ops().stream()
                .filter(Op.Linear.class::isInstance)
                .map(Op.Linear.class::cast)
                .collect(Collectors.toMap(op -> op.weight().name(), Op.Linear::activations));
    }

    @ParameterizedTest
    @CsvSource({
        "attn_q, q_proj, 256, true",
        "attn_k, k_proj, 128, true",
        "attn_v, v_proj, 128, false"
    })
    void llamaGetsItsRowsBack(String tensor, String module, int rows, boolean moved) {
        TinyGguf.llama()
                .tensor("blk.0." + tensor + ".weight", GgmlType.F32, numbered(rows), 256, rows)
                .open(
                        model -> {
                            Weight weight = weight(model, "self_attn." + module);
                            for (int row = 0; row < rows; row++) {
                                int half = row % 64 / 32;
                                int stored = row / 64 * 64 + row % 32 * 2 + half;
                                assertEquals(
                                        moved ? stored : row,
                                        ReferenceCodec.decode(weight, row, 255));
                            }
                        });
    }

    @ParameterizedTest
    @ValueSource(strings = {"bitnet-b1.58", "bitnet-25", "bitnet", "qwen3"})
    void otherArchitecturesHaveTheirRowsAsTheyAre(String architecture) {
        TinyGguf.of(architecture)
                .tensor("blk.0.attn_q.weight", GgmlType.F32, numbered(256), 256, 256)
                .open(
                        model -> {
                            Weight weight = weight(model, "self_attn.q_proj");
                            assertEquals(1, ReferenceCodec.decode(weight, 1, 0));
                            assertEquals(255, ReferenceCodec.decode(weight, 255, 0));
                        });
    }

    /** Each row is its own number. */
    private static byte[] numbered(int rows) {
        var bytes = new byte[rows * 256 * Float.BYTES];
        MemorySegment out = MemorySegment.ofArray(bytes);
        for (int i = 0; i < rows * 256; i++) {
            FloatType.F32.set(out, i, Math.floorDiv(i, 256));
        }
        return bytes;
    }

    private static Weight weight(DecoderModel model, String module) {
        return model.weights().weight("model.layers.0." + module + ".weight");
    }

    @ParameterizedTest
    @EnumSource(names = {"F32", "F16", "BF16", "Q8_0", "Q6_K", "Q5_0", "Q4_0", "Q4_1", "Q4_K"})
    void typesThatAreFormatsStayMapped(GgmlType type) {
        TinyGguf.llama()
                .zeros(UP, type, 512, 256)
                // The folder of this test is read-only, fresh memory is not.
                .open(model -> assertTrue(model.weights().weight(UP_PROJ).codes().isReadOnly()));
    }

    @Test
    void scaleBesideATernaryMatrixGoesIntoItsScales() {
        TinyGguf.of("bitnet")
                .tensor(UP + ".weight", GgmlType.TQ2_0, ones(512), 256, 512)
                .floats(UP + ".scale", 0.375f)
                .open(
                        model -> {
                            Weight up = model.weights().weight(UP_PROJ);
                            assertEquals("ternary-g256", up.format().label());
                            assertEquals(0.375, ReferenceCodec.decode(up, 511, 255));
                        });
    }

    @Test
    void scaleBesideAMatrixOfOneScaleIsMultiplied() {
        byte[] bytes = new byte[512 * 256 / 4 + 32];
        Arrays.fill(bytes, 0, 512 * 256 / 4, (byte) 0b10101010);
        FloatType.F32.set(MemorySegment.ofArray(bytes).asSlice(512 * 256 / 4), 0, 1.5f);
        TinyGguf.of("bitnet")
                .tensor(UP + ".weight", GgmlType.I2_S, bytes, 256, 512)
                .floats(UP + ".scale", 0.25f)
                .open(
                        model ->
                                assertEquals(
                                        0.375,
                                        ReferenceCodec.decode(
                                                model.weights().weight(UP_PROJ), 3, 9)));
    }

    /** Rows of one block: codes of +1 and a scale of 1. */
    private static byte[] ones(int rows) {
        var bytes = new byte[rows * 66];
        for (int row = 0; row < rows; row++) {
            Arrays.fill(bytes, row * 66, row * 66 + 64, (byte) 0b10101010);
            FloatType.F16.set(MemorySegment.ofArray(bytes).asSlice(row * 66 + 64, 2), 0, 1);
        }
        return bytes;
    }

    @Test
    void scaleWhoseProductIsNoFloatIsRefused() {
        byte[] bytes = ones(512);
        FloatType.F16.set(MemorySegment.ofArray(bytes).asSlice(64, 2), 0, 1.001f);
        TinyGguf.of("bitnet")
                .tensor(UP + ".weight", GgmlType.TQ2_0, bytes, 256, 512)
                .floats(UP + ".scale", 0.1f)
                .open(
                        model -> {
                            var error =
                                    assertThrows(
                                            UnusableWeightException.class,
                                            () -> model.weights().weight(UP_PROJ));
                            String message = String.valueOf(error.getMessage());
                            assertTrue(message.contains("blk.0.ffn_up.scale"), message);
                            assertTrue(message.contains("is no float32"), message);
                        });
    }

    @Test
    void scaleBesideOtherMatricesIsRefused() {
        TinyGguf.of("bitnet")
                .zeros(UP, GgmlType.F16, 512, 256)
                .floats(UP + ".scale", 0.5f)
                .refused(
                        "tensor blk.0.ffn_up.scale at byte ",
                        "a scale beside a matrix of F16 is not supported");
    }

    @Test
    void scaleOfSeveralNumbersIsRefused() {
        TinyGguf.of("bitnet")
                .tensor(UP + ".weight", GgmlType.TQ2_0, ones(512), 256, 512)
                .floats(UP + ".scale", 1, 2)
                .refused("blk.0.ffn_up.scale", "[1], got F32 [2]");
    }

    @ParameterizedTest
    @CsvSource({
        "blk.0.attn_q.bias, biases are not supported",
        "output.bias, biases are not supported",
        "blk.0.ffn_gate_exps.weight, mixtures of experts are not supported",
        "blk.0.ffn_gate_inp.weight, mixtures of experts are not supported",
        "blk.0.ffn_up_shexp.weight, mixtures of experts are not supported",
        "blk.0.attn_q_norm_in.weight, 'norms inside linear layers, one for each projection, are not supported'",
        "blk.0.attn_q.input_scale, stored scales of activations are not supported",
        "blk.0.ssm_a.weight, recurrent and linear attention layers are not supported",
        "blk.0.attn_sub_norm.weight, 1 tensors are unknown to this architecture",
        "blk.1.attn_q.weight, 1 tensors are unknown to this architecture"
    })
    void tensorsOfOtherGraphsAreRefusedByKind(String name, String sentence) {
        TinyGguf.llama().floats(name, 1).refused(sentence, name);
    }

    @Test
    void missingTensorsAreNamedAsTheFileNamesThem() {
        TinyGguf.of("qwen3")
                .without("blk.0.attn_k.weight", "blk.0.attn_q_norm.weight", "output_norm.weight")
                .refused(
                        "memory:test",
                        "3 tensors are missing: blk.0.attn_k.weight, blk.0.attn_q_norm.weight,"
                                + " output_norm.weight");
    }

    @Test
    void missingTableIsNamed() {
        TinyGguf.llama()
                .count("vocab_size", 16)
                .without("token_embd.weight")
                .refused("1 tensors are missing: token_embd.weight");
    }

    @Test
    void missingSubNormsAreNamed() {
        TinyGguf.of("bitnet-b1.58")
                .without("blk.0.attn_sub_norm.weight", "blk.0.ffn_sub_norm.weight")
                .refused("blk.0.attn_sub_norm.weight, blk.0.ffn_sub_norm.weight");
    }

    @Test
    void tensorOfAnotherShapeIsRefused() {
        TinyGguf.llama()
                .matrix("blk.0.ffn_up", 256, 512)
                .refused("tensor blk.0.ffn_up.weight at byte ", "[512, 256], got F32 [256, 512]");
    }

    @Test
    void normThatIsQuantizedIsRefused() {
        TinyGguf.llama()
                .tensor("output_norm.weight", GgmlType.Q8_0, new byte[272], 256)
                .refused("output_norm.weight", "expected [F32, F16, BF16] [256], got Q8_0 [256]");
    }

    @Test
    void everyProblemIsNamedAtOnce() {
        String message =
                TinyGguf.llama()
                        .without("output_norm.weight")
                        .floats("blk.0.attn_q.bias", 1)
                        .matrix("blk.0.ffn_up", 1, 256)
                        .refused("3 problems");
        assertFalse(message.contains("unknown"), message);
    }
}
